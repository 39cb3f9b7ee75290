import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { Code } from '../engine/base/codes.js';
import { CODES, isCode } from '../engine/base/codes.js';
import type { Diagnostic } from '../engine/base/diagnostic.js';
import { catalogOf } from '../engine/check/schema.js';
import { dataFindings } from '../engine/cli/data-findings.js';
import { diagnosticPages } from '../engine/cli/diagnostic-pages.js';
import { ground } from '../engine/ground/ground.js';
import { lintPolicies } from '../engine/lint/lint.js';
import { compilePolicies } from '../engine/loop/compile.js';
import { packagePath, readText } from '../engine/store/files.js';
import { introspect } from '../engine/store/introspect.js';
import { openStore } from '../engine/store/open.js';
import { splitStatements } from '../engine/store/sql-text.js';
import { MAIN, SQLITE_SHELL, runProcess } from './cli/helpers/run-cli-process.js';

const pages = diagnosticPages(readText(packagePath('docs', 'diagnostics.md')));

interface Trigger {
  readonly code: Code;
  readonly info: string;
  readonly body: string;
}

const triggers: readonly Trigger[] = [...pages].flatMap(([code, page]) =>
  [...page.matchAll(/^```(.*)\n([^]*?)^```$/gm)].flatMap(([, info = '', body = '']) =>
    isCode(code) ? [{ code, info, body }] : [],
  ),
);

/**
 * Diagnostics of a policy text on a database made by `schema`: those of compiling, or else of grounding; for `rows`
 * those of `check --db`, for `lint` those of `lint`.
 */
async function diagnose(
  what: string | undefined,
  schema: string,
  text: string,
): Promise<readonly Diagnostic[]> {
  const store = openStore(':memory:', 'plain');
  try {
    for (const statement of splitStatements(schema)) store.run(statement.text);
    const source = { name: 'policy.sql', text };
    const catalog = catalogOf(introspect(store));
    if (what === 'lint') return lintPolicies([source], catalog);
    const { compiled, diagnostics } = compilePolicies([source], catalog);
    if (compiled === null) return diagnostics;
    if (what === 'rows') return [...diagnostics, ...(await dataFindings(compiled, store))];
    return [...diagnostics, ...store.read(() => ground(compiled, store)).diagnostics];
  } finally {
    store.close();
  }
}

test('every code has an entry, in the order of the registry, and every entry a code', (t) => {
  t.deepEqual([...pages.keys()], Object.keys(CODES));
});

test('every entry has a meaning, one trigger and a fix', (t) => {
  for (const [code, page] of pages) {
    t.is(triggers.filter((trigger) => trigger.code === code).length, 1, `${code} has one trigger`);
    t.regex(page, /^([a-z]+\/[a-z0-9-]+|L[0-9]{3})\n\n[A-Z`]/, `${code} begins with its meaning`);
    t.regex(page, /^Fix: /m, `${code} says what to do`);
  }
});

test('every code about policies shows a policy or commands that trigger it', (t) => {
  const untested = triggers
    .filter(
      ({ code, info }) =>
        /^(parse|bind|type|lower|ground|L)/.test(code) && !/^(sql (schema|rows|lint): |sh$)/.test(info),
    )
    .map(({ code }) => code);
  t.deepEqual(untested, []);
});

for (const { code, info, body } of triggers) {
  const [, what, schema] = /^sql (schema|rows|lint): (.*)$/.exec(info) ?? [];
  if (schema === undefined) continue;
  test(`the policy in the entry of ${code} triggers ${code} and nothing else`, async (t) => {
    const diagnostics = await diagnose(what, schema, body);
    t.true(diagnostics.length > 0, 'the policy is refused');
    t.deepEqual([...new Set(diagnostics.map((diagnostic) => diagnostic.code))], [code]);
    for (const { span, message } of diagnostics) {
      if (code !== 'bind/no-constraints') t.is(span?.source.name, 'policy.sql', 'it points into the policy');
      t.regex(
        message,
        /^(?:[^A-Z]|SQLite).*[^.]$/,
        'the message is a lower-case sentence without a full stop',
      );
    }
  });
}

for (const { code, info, body } of triggers) {
  if (info !== 'sh') continue;
  test(`the commands in the entry of ${code} end in ${code}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'edict-docs-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const script = `set -e
      edict() { "$NODE" "$EDICT" "$@"; }
      sqlite3() { "$NODE" "$SQLITE" "$@"; }
      ${body}`;
    const env = { NODE: process.execPath, EDICT: MAIN, SQLITE: SQLITE_SHELL };
    const { code: exit, stdout, stderr } = await runProcess('/bin/sh', ['-c', script], { cwd: folder, env });
    t.true(exit !== null && exit <= 4, `exit ${String(exit)}`);
    const said = /^(?:error|warning)\[(.*?)\]|^::(?:error|warning) .*title=(.*?)::/gm;
    const codes = [...`${stdout}${stderr}`.matchAll(said)].map(([, human, github]) => human ?? github);
    t.deepEqual(codes, [code]);
  });
}
