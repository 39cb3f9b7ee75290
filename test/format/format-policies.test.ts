import { readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import { must } from '../../engine/base/assert.js';
import { formatPolicies } from '../../engine/format/format-policies.js';
import { tokenize } from '../../engine/lang/lexer.js';
import { parsePolicies } from '../../engine/lang/parser.js';
import { printPolicies, printStatement } from '../../engine/lang/print.js';
import { readPolicyPaths } from '../../engine/store/files.js';
import { generatedStatement } from '../helpers/generated-trees.js';
import { policyCases } from '../helpers/policy-cases.js';

function format(text: string): string {
  const { text: formatted, diagnostics } = formatPolicies({ name: 'x.sql', text });
  if (formatted === null) throw new Error(`${diagnostics.map((one) => one.message).join('; ')}: ${text}`);
  return formatted;
}

const canonical = (text: string): string => printPolicies(parsePolicies({ name: 'x.sql', text }).statements);

/** Comments in their order, found by other means than the formatter's. */
function commentsOf(text: string): string[] {
  const pieces = text.matchAll(
    /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|(--[^\n]*|\/\*[^]*?\*\/)/g,
  );
  return [...pieces].flatMap(([, comment]) => (comment === undefined ? [] : [comment.trimEnd()]));
}

/** Throws unless the layout of a text keeps what it says, and stays when it is laid out again. */
function checkLayout(text: string): void {
  const formatted = format(text);
  if (canonical(formatted) !== canonical(text)) throw new Error(`another meaning: ${formatted}`);
  const [kept, given] = [commentsOf(formatted), commentsOf(text)];
  if (kept.join('\n') !== given.join('\n')) throw new Error(`other comments: ${formatted}`);
  if (format(formatted) !== formatted) throw new Error(`it moves again: ${formatted}`);
  if (formatted !== '' && !/[^\s]\r?\n$/.test(formatted)) throw new Error(`a ragged end: ${formatted}`);
}

const shipped = readPolicyPaths(['policies']).map(({ text }) => text);

const texts = [
  ...policyCases()
    .filter(({ expect }) => expect.code !== 'parse')
    .map(({ policy }) => policy.join(';\n')),
  readFileSync('test/cases/listings.sql', 'utf8'),
  ...shipped,
];

test('cases, listings and shipped policies keep their meaning, and a second layout changes nothing', (t) => {
  t.true(texts.length > 150);
  t.notThrows(() => texts.forEach(checkLayout));
});

test('no line is wider than 110 columns where it can be broken', (t) => {
  for (const text of texts) {
    for (const line of format(text).split('\n')) {
      if (!line.trimStart().startsWith('--')) t.true(line.length <= 110, line);
    }
  }
});

test('shipped policies are laid out', (t) => {
  for (const text of shipped) t.is(format(text), text);
});

/** What may stand between two tokens. */
const GAPS: readonly string[] = [
  ' -- beside\n',
  '\n-- own\n',
  '\n\n\n-- one\n\n-- two\n-- three\n\n',
  ' /* inline */ ',
  '\n  /* own */ ',
  ' /* two\n   lines */ ',
  '\n/* two\n   lines */\n',
  ' /* a */ /* b */ -- c   \n /* d */ /* e */ ',
  '\n\n\n',
  '\t\r\n ',
];

/** A text with other space and comments between some of its tokens. */
function regapped(text: string, gaps: readonly (readonly [at: number, gap: string])[]): string {
  const { tokens } = tokenize({ name: 'x.sql', text });
  const byToken = new Map(gaps.map(([at, gap]) => [at % tokens.length, gap]));
  let made = '';
  let from = 0;
  for (const [i, { span }] of tokens.entries()) {
    made += (byToken.get(i) ?? text.slice(from, span.start)) + text.slice(span.start, span.end);
    from = span.end;
  }
  return made;
}

const gaps = fc.array(fc.tuple(fc.nat(200), fc.constantFrom(...GAPS)), { maxLength: 6 });

test('comments anywhere are kept in their order (seed 48)', (t) => {
  const commented = fc.tuple(fc.constantFrom(...texts), gaps).map(([text, some]) => regapped(text, some));
  fc.assert(fc.property(commented, checkLayout), { seed: 48, numRuns: 1500 });
  t.pass();
});

test('trees of every kind keep their meaning, with comments anywhere (seed 49)', (t) => {
  const commented = fc
    .tuple(generatedStatement, gaps)
    .map(([statement, some]) => regapped(printStatement(statement), some));
  fc.assert(fc.property(commented, checkLayout), { seed: 49, numRuns: 250 });
  t.pass();
});

test('a text with mistakes has no layout, and they are told', (t) => {
  const { text, diagnostics } = formatPolicies({ name: 'x.sql', text: 'create constraint c as selec 1;' });
  t.is(text, null);
  t.deepEqual(
    diagnostics.map(({ code }) => code),
    ['parse/unexpected-token'],
  );
});

test('spaces of other sorts are part of the name that they end', (t) => {
  const text = 'create view v as\nselect a\u00a0\nfrom \u00a0\nwhere b\u2003 /* x\u00a0 */;\n-- c\u00a0\n';
  t.is(
    format(text),
    'create view v as\nselect a\u00a0 from \u00a0\nwhere b\u2003 /* x\u00a0 */;\n-- c\u00a0\n',
  );
});

test('line ends stay those of the file', (t) => {
  t.is(
    format("create view v as\r\nselect 'a\r\nb' as x from t -- c\r\n"),
    "create view v as\r\nselect 'a\r\nb' as x from t; -- c\r\n",
  );
});

/** Layouts, each as its author should like it: what is written, and what becomes of it. */
const LAYOUTS = must(
  readFileSync('test/format/layouts.sql', 'utf8')
    .split(/^-- === (.*)\n/m)
    .slice(1),
  'layouts',
);

for (let i = 0; i < LAYOUTS.length; i += 2) {
  const [given = '', wanted = ''] = (LAYOUTS[i + 1] ?? '').split(/^-- becomes\n/m);
  test(`layout: ${LAYOUTS[i] ?? ''}`, (t) => {
    t.is(format(given), wanted.trimEnd() === '' ? '' : `${wanted.trimEnd()}\n`);
    t.is(format(wanted), format(given));
  });
}
