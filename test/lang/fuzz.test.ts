import test from 'ava';
import fc from 'fast-check';
import { isCode } from '../../engine/base/codes.js';
import { isError } from '../../engine/base/diagnostic.js';
import { ground } from '../../engine/ground/ground.js';
import type { Expression } from '../../engine/lang/ast.js';
import { parsePolicies } from '../../engine/lang/parser.js';
import { policyCases } from '../helpers/policy-cases.js';
import { compileHere, databaseOf } from '../helpers/solve-here.js';

const store = databaseOf(
  'create table h(id integer primary key, cap integer, zone text)',
  'create table t(id integer primary key, w integer, g text, controllable_h integer references h(id), controllable_n integer check (controllable_n between 0 and 3))',
  'create view v as select id, w, controllable_h as host from t where w > 0',
  'create view load as select controllable_h as host, count(*) as n from t group by controllable_h',
  "insert into h values (1, 3, 'x'), (2, null, 'y')",
  "insert into t values (1, 2, 'x', 1, null), (2, null, null, null, 3)",
);

/** Compiles; whatever the text, nothing is thrown and every error has a code and a place. */
function compiles(text: string): void {
  const { compiled, diagnostics } = compileHere(store, text);
  for (const { code, span, message, severity } of diagnostics) {
    if (!isCode(code)) throw new Error(`no code ${String(code)}`);
    if (message === '') throw new Error('an empty message');
    if (span === undefined && code !== 'bind/no-constraints') throw new Error(`${code} has no place`);
    if (span !== undefined && !(span.start <= span.end && span.end <= span.source.text.length)) {
      throw new Error(`${code} lies outside its text`);
    }
    if (span?.source.name === '') throw new Error(`${code} lies in no text`);
    if (severity === 'error' && compiled !== null) throw new Error(`${code}, and yet it compiles`);
  }
  if (compiled === null && diagnostics.length === 0) throw new Error('refused without a word');
  if (compiled === null) return;
  // What compiles is grounded or refused with a diagnostic, and SQLite takes its checking queries.
  const grounded = ground(compiled, store);
  for (const { code, span } of grounded.diagnostics) {
    if (span === undefined || span.source.name === '') throw new Error(`${code} has no place`);
  }
  if (grounded.diagnostics.some(isError)) return;
  for (const { violations, softValues } of compiled.policies) {
    for (const { sql } of [...violations, ...softValues]) store.columnsOf(sql);
  }
}

const WORDS =
  "create constraint view as select * from t h v load join left on using where group by having order limit check maximize minimize weight priority ; ; , . ( ( ) ) = <> < <= + - * / % || and or not in exists between is null case when then else end cast collate nocase distinct union with count sum min max any all all_different capacity balance id w g cap zone controllable_h controllable_n a b 1 2 0.5 'x' \"id\" [t] `h` -- /* */ ? # ' natural".split(
    ' ',
  );

const soup = fc.array(fc.constantFrom(...WORDS), { maxLength: 60 }).map((words) => words.join(' '));
const framed = soup.map(
  (words) => `create constraint c as select * from t where ${words} check controllable_n = 1`,
);

test('soup of tokens gives diagnostics with places, never a throw (seed 42)', (t) => {
  fc.assert(fc.property(fc.oneof(soup, framed), compiles), { seed: 42, numRuns: 3000 });
  t.pass();
});

const elsewhere = policyCases().map((one) => one.policy.join(';\n'));

/** Policies of the schema above. */
const here = [
  "create constraint c as select * from t as a join h on h.id = a.controllable_h where exists (select 1 from v where v.id = a.id and v.host = h.id) group by h.id, h.cap having count(*) > 1 check sum(a.w) + 2 * count(*) filter (where a.g in ('x', 'y')) <= h.cap",
  'create view u as select h.id as host, count(*) as n from t join h on h.id = t.controllable_h group by h.id; create constraint c as select * from u where n between 1 and 3 maximize n weight 2 priority 1',
  'create constraint c as select * from t join h on 1 = 1 check capacity_constraint(t.controllable_h, h.id, t.w, h.cap) = true and count(*) > 0',
  'create constraint c as select * from t check controllable_n + w * 2 < 3 or not (controllable_h in (select id from h where cap > 1) and g is null)',
  'create constraint c as select g, count(*) from t join h on controllable_h = h.id where w > 0 group by g having sum(w) > 1 minimize count(*) + sum(controllable_n)',
  'create constraint c as select * from t as a left join h as b on a.w = b.id where a.controllable_h = 1 maximize a.controllable_n * 3 - a.id',
  'create constraint c as select * from h check (select sum(w) from t where t.controllable_h = h.id) <= h.cap',
  'create constraint c as select * from t maximize controllable_h in (select o.controllable_h from t as o where o.g = t.g and o.id <> t.id) weight 3',
  'create view p as select id as i, host as x from v where host > 0; create constraint c as select * from p as a join p as b on a.i < b.i check a.x <> b.x and a.x between 1 and 2',
  'create constraint c as select * from t where g in (with n(z) as (select zone from h) select z from n) check all_different(controllable_h) and any(controllable_n = 1)',
  'create constraint c as select * from h left join (select zone as z, max(cap) as m from h group by zone) as k on k.z = h.zone check k.m >= h.cap',
  'create constraint c as select * from t group by w, g check not all(controllable_h = 1) or count(distinct controllable_h) > 1',
];
const whole = [...elsewhere, ...here];

/** A policy text with some of its pieces gone, repeated, swapped or replaced. */
const mutated = fc
  .tuple(
    fc.constantFrom(...whole),
    fc.array(
      fc.record({
        at: fc.nat(400),
        length: fc.nat(12),
        by: fc.oneof(fc.constantFrom(...WORDS), fc.constant(''), fc.string({ maxLength: 3, unit: 'binary' })),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([text, edits]) =>
    edits.reduce((from, { at, length, by }) => {
      const start = from.length === 0 ? 0 : at % from.length;
      return `${from.slice(0, start)} ${by} ${from.slice(start + length)}`;
    }, text),
  );

test('mutated policies give diagnostics with places, never a throw (seed 43)', (t) => {
  fc.assert(fc.property(mutated, compiles), { seed: 43, numRuns: 4000 });
  t.pass();
});

const SPLIT = /('[^']*'|[A-Za-z_][A-Za-z_0-9]*|[0-9.]+|<>|<=|>=|\S)/g;

/** Policies that mostly still mean something: one or two tokens are others, gone, or there twice. */
const edited = fc
  .tuple(
    fc.constantFrom(...here),
    fc.array(
      fc.record({
        at: fc.nat(200),
        how: fc.constantFrom('replace', 'drop', 'repeat', 'swap'),
        by: fc.nat(200),
      }),
      { minLength: 1, maxLength: 2 },
    ),
  )
  .map(([text, edits]) => {
    const tokens = text.match(SPLIT) ?? [];
    for (const { at, how, by } of edits) {
      const i = at % tokens.length;
      const own = tokens[i] ?? '';
      const other = by % 2 === 0 ? (tokens[by % tokens.length] ?? '') : (WORDS[by % WORDS.length] ?? '');
      if (how === 'replace') tokens[i] = other;
      else if (how === 'drop') tokens[i] = '';
      else if (how === 'repeat') tokens[i] = `${own} ${own}`;
      else [tokens[i], tokens[by % tokens.length]] = [tokens[by % tokens.length] ?? '', own];
    }
    return tokens.join(' ');
  });

test('policies with other tokens compile to SQL that SQLite takes, or are refused (seed 46)', (t) => {
  fc.assert(fc.property(edited, compiles), {
    seed: 46,
    numRuns: Number(process.env['EDICT_FUZZ_RUNS'] ?? 4000),
  });
  t.pass();
});

test('any text at all is read to its end (seed 44)', (t) => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), compiles), { seed: 44, numRuns: 2000 });
  t.pass();
});

// --- precedence, by SQLite itself ---

const LEAVES = ['0', '1', '2', '3', 'null', '-1'];
const BINARY = '= == <> != < <= > >= + - * / % & | << >> || and or is'.split(' ');

const flat = fc
  .array(
    fc.tuple(
      fc.constantFrom('', '', '', 'not ', '- ', '~ '),
      fc.constantFrom(...LEAVES),
      fc.constantFrom(
        '',
        '',
        '',
        ' is null',
        ' notnull',
        ' between 1 and 2',
        ' not in (1, 2)',
        ' in ()',
        " like '1'",
      ),
      fc.constantFrom(...BINARY, 'is not', 'is distinct from', 'not like'),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) =>
    parts
      .map(
        ([prefix, leaf, suffix, link], i) =>
          `${prefix}${leaf}${suffix}${i === parts.length - 1 ? '' : ` ${link} `}`,
      )
      .join(''),
  );

/** The tree with every level in parentheses. */
function bracketed(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return expression.type === 'text' ? `'${expression.text}'` : expression.text;
    case 'unary':
      return `(${expression.operator} ${bracketed(expression.operand)})`;
    case 'binary':
      return `(${bracketed(expression.left)} ${expression.operator} ${bracketed(expression.right)})`;
    case 'nullTest':
      return `(${bracketed(expression.operand)} is ${expression.negated ? 'not ' : ''}null)`;
    case 'between': {
      const { operand, low, high, negated } = expression;
      return `(${bracketed(operand)} ${negated ? 'not ' : ''}between ${bracketed(low)} and ${bracketed(high)})`;
    }
    case 'inList': {
      const { operand, list, negated } = expression;
      return `(${bracketed(operand)} ${negated ? 'not ' : ''}in (${list.map(bracketed).join(', ')}))`;
    }
    default:
      throw new Error(`no ${expression.kind} here`);
  }
}

test('operators bind as tight as in SQLite: the tree with all its parentheses has the value of the text (seed 45)', (t) => {
  fc.assert(
    fc.property(flat, (text) => {
      const { statements, diagnostics } = parsePolicies({
        name: 'x',
        text: `create constraint c as select * from t check ${text}`,
      });
      const expression = statements[0]?.clause?.expression;
      if (expression === undefined) throw new Error(`${text}: ${diagnostics[0]?.message ?? ''}`);
      const [values] = store.rows(`select ${text}, ${bracketed(expression)}`);
      return values?.[0] === values?.[1];
    }),
    { seed: 45, numRuns: 3000 },
  );
  t.pass();
});
