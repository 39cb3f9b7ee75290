import { readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import type { Diagnostic } from '../../engine/base/diagnostic.js';
import { catalogOf } from '../../engine/check/schema.js';
import { renderGithub } from '../../engine/cli/render/github.js';
import { renderJson } from '../../engine/cli/render/json.js';
import { renderPlain } from '../../engine/cli/render/plain.js';
import { renderSarif } from '../../engine/cli/render/sarif.js';
import { applyFixes } from '../../engine/lint/apply-fixes.js';
import { lintPolicies } from '../../engine/lint/lint.js';
import { compilePolicies } from '../../engine/loop/compile.js';
import { packagePath, readPolicyPaths } from '../../engine/store/files.js';
import { introspect } from '../../engine/store/introspect.js';
import { databaseOf } from '../helpers/solve-here.js';

const SEED = 20_250_201;
const RUNS = 300;

const store = databaseOf(readFileSync(packagePath('schema', 'packs', 'k8s.sql'), 'utf8'));
const catalog = catalogOf(introspect(store));
const texts = readPolicyPaths([packagePath('policies', 'k8s')]).map(({ text }) => text);

/** Pieces of text that turn what follows into something else. */
const PIECES = [
  ...[
    "'",
    '"',
    '(',
    ')',
    ';',
    '--',
    '/*',
    '*/',
    '#',
    '\ud800',
    '[',
    ',',
    '\n',
    '.',
    '0.5',
    ' and ',
    ' or ',
    ' not ',
  ],
  ...[
    ' check ',
    'select ',
    ' from ',
    ' join ',
    ' where ',
    ' group by ',
    ' = null ',
    ' in ',
    ' as ',
    'create ',
    'view ',
  ],
  ...[' lft ', ' with x as (', ' union ', ' count(*) > 0 ', '-- edict:ignore L019 x\n', ' 1 or 2 and 3 '],
];

/** A shipped policy with some pieces put in, taken out or moved. */
const mutated = fc
  .tuple(
    fc.constantFrom(...texts),
    fc.array(
      fc.tuple(fc.constantFrom('in', 'out', 'move'), fc.nat(4000), fc.nat(4000), fc.constantFrom(...PIECES)),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
  )
  .map(([text, changes]) => {
    let made = text;
    for (const [what, a, b, piece] of changes) {
      const at = a % (made.length + 1);
      const from = b % (made.length + 1);
      if (what === 'in') made = made.slice(0, at) + piece + made.slice(at);
      else if (what === 'out') made = made.slice(0, at) + made.slice(at + 1 + (b % 12));
      else made = made.slice(0, at) + made.slice(from, from + 30) + made.slice(at);
    }
    return made;
  });

/** A shipped policy in which some columns do not say whose they are any more, and some conditions stand twice. */
const sloppy = fc
  .tuple(fc.constantFrom(...texts), fc.array(fc.nat(9), { minLength: 20, maxLength: 20 }))
  .map(([text, choices]) => {
    let count = 0;
    return text
      .replace(/\b[a-z]\.(?=\w)/g, (qualifier) =>
        (choices[count++ % choices.length] ?? 0) < 3 ? '' : qualifier,
      )
      .replace(/\band (\w+\.\w+ <?=? '?\w+'?)$/gm, (whole) =>
        (choices[count++ % choices.length] ?? 0) < 5 ? `${whole} ${whole}` : whole,
      );
  });

function spansOf({ span, fix, notes = [] }: Diagnostic): { start: number; end: number; length: number }[] {
  return [span, fix?.span, ...notes.map((note) => note.span)].flatMap((one) =>
    one === undefined ? [] : [{ start: one.start, end: one.end, length: one.source.text.length }],
  );
}

test(`whatever a policy is turned into, it is told what is wrong, in every format (seed ${SEED})`, (t) => {
  fc.assert(
    fc.property(mutated, (text) => {
      const source = { name: 'p.sql', text };
      const found = [...compilePolicies([source], catalog).diagnostics, ...lintPolicies([source], catalog)];
      for (const { start, end, length } of found.flatMap(spansOf)) {
        if (start < 0 || end < start || end > length) return false;
      }
      const log = JSON.stringify(renderSarif(found, { version: '1', page: () => '' }));
      const lines = renderGithub(found).split('\n').length - 1;
      return (
        renderPlain(found) !== '\n' &&
        log !== '' &&
        lines === found.length &&
        found.map(renderJson).length === lines
      );
    }),
    { seed: SEED, numRuns: RUNS },
  );
  t.pass();
});

test(`a policy that compiles still does when lint has fixed it (seed ${SEED})`, (t) => {
  let fixed = 0;
  fc.assert(
    fc.property(sloppy, (text) => {
      const source = { name: 'p.sql', text };
      if (compilePolicies([source], catalog).compiled === null) return true;
      const made = applyFixes(source, lintPolicies([source], catalog));
      if (made.applied > 0) fixed += 1;
      return compilePolicies([{ name: 'p.sql', text: made.text }], catalog).compiled !== null;
    }),
    { seed: SEED, numRuns: RUNS },
  );
  t.true(fixed > RUNS / 10, `${fixed} have a fix`);
});
