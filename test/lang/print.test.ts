import { readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import type { PolicyStatement } from '../../engine/lang/ast.js';
import { parsePolicies } from '../../engine/lang/parser.js';
import { printPolicies, printSelect, printStatement } from '../../engine/lang/print.js';
import { readPolicyPaths } from '../../engine/store/files.js';
import { generatedStatement } from '../helpers/generated-trees.js';
import { policyCases } from '../helpers/policy-cases.js';
import { databaseOf } from '../helpers/solve-here.js';
import { withoutSpans } from '../helpers/without-spans.js';

function parse(text: string): PolicyStatement[] {
  const { statements, diagnostics } = parsePolicies({ name: 'x.sql', text });
  if (diagnostics.length > 0) throw new Error(`${text}: ${diagnostics.map((one) => one.message).join('; ')}`);
  return statements;
}

const shippedTexts = readPolicyPaths(['policies']).map(({ text }) => text);

test('what is printed of every case, listing and shipped policy has the same tree', (t) => {
  const texts = [
    ...policyCases()
      .filter(({ expect }) => expect.code !== 'parse')
      .map(({ policy }) => policy.join(';\n')),
    readFileSync('test/cases/listings.sql', 'utf8'),
    ...shippedTexts,
  ];
  t.true(texts.length > 150);
  for (const text of texts) {
    const tree = parse(text);
    const printed = printPolicies(tree);
    t.deepEqual(withoutSpans(parse(printed)), withoutSpans(tree), printed);
    t.is(printPolicies(parse(printed)), printed);
  }
});

test('any tree is printed so that it is read again (seed 47)', (t) => {
  fc.assert(
    fc.property(generatedStatement, (statement) => {
      const printed = printStatement(statement);
      const [again] = parse(printed);
      t.deepEqual(withoutSpans(again), withoutSpans(statement), printed);
    }),
    { seed: 47, numRuns: 3000 },
  );
});

/** Expressions and how they are printed; without a second text they are printed as they stand. */
const EXPRESSIONS: readonly (readonly [text: string, printed?: string])[] = [
  ['a or b and not c = d + e * f || -g'],
  ['((a)) AND (b OR (c))', 'a and (b or c)'],
  ['(a and b) and (c and d)', 'a and b and (c and d)'],
  ['(a = b) = c and a = (b = c)', 'a = b = c and a = (b = c)'],
  ['a - (b - c) - d'],
  ['a = not b', 'a = (not b)'],
  ['not (not a)', 'not not a'],
  ['not (a or b)'],
  ['not exists (select 1 from t)'],
  ['- - a + ~ + - b', '- -a + ~+ -b'],
  ['-(a + b) * (- c)', '-(a + b) * -c'],
  ['- a collate nocase', '-a collate nocase'],
  ['-(a collate nocase)'],
  ['a between (b = c) and (d or e)'],
  ['a not between b + 1 and c'],
  [
    'a isnull or b notnull or c not null or d is not null',
    'a is null or b is not null or c is not null or d is not null',
  ],
  ['a notnull + 1', '(a is not null) + 1'],
  ['a is not distinct from b', 'a is b'],
  ['a == b <> c', 'a = b != c'],
  ["a not like 'it''s%' escape '\\'"],
  ['a in () or a not in (1, (2 or 3))', 'a in () or a not in (1, 2 or 3)'],
  ['a in t', 'a in (select * from t as t)'],
  ['(a, b) in (values (1, 2), (3, 4))'],
  ["x'00FF' = X'' or 0x1F = 1_000.5e3 + 1_0", "x'00FF' = x'' or 0x1F = 1000.5e3 + 10"],
  ['CASE a WHEN 1 THEN 2 ELSE 3 END', 'case a when 1 then 2 else 3 end'],
  ['cast(a as Decimal(10, 2)) + cast(b as "odd type!")', 'cast(a as Decimal) + cast(b as "odd type!")'],
  ['"a b" = [select] + `weight` - main.t."check"', '"a b" = "select" + weight - t."check"'],
  ['"true" = true and "current_date" < CURRENT_DATE', '"true" = true and "current_date" < current_date'],
  ['all(a) and LIKE(a, b) and "any"(c)', 'all(a) and LIKE(a, b) and any(c)'],
  ['count(distinct a) filter (where b) + count(*)'],
  [
    "group_concat(a, ',' order by b desc nulls last, c ASC)",
    "group_concat(a, ',' order by b desc nulls last, c)",
  ],
  [
    'sum(a) over (w partition by b, c order by d desc ROWS between 1 preceding and current row exclude ties)',
    'sum(a) over (w partition by b, c order by d desc rows between 1 preceding and current row exclude ties)',
  ],
  ['rank() over w + rank() over ()'],
];

for (const [text, printed = text] of EXPRESSIONS) {
  test(`\`${text}\` is printed as \`${printed}\``, (t) => {
    const [statement] = parse(`create constraint c as select * from t check ${text}`);
    t.is(statement && printStatement(statement), `create constraint c as select * from t check ${printed}`);
  });
}

test('views, weights and priorities are printed', (t) => {
  const tree = parse(
    'create constraint "my view" as select 1; CREATE constraint c as select * from "my view" maximize a priority - 0 weight .5;' +
      'create constraint d as select * from t minimize b priority -2',
  );
  t.is(
    printPolicies(tree),
    'create view "my view" as select 1;\n' +
      'create constraint c as select * from "my view" maximize a weight .5 priority 0;\n' +
      'create constraint d as select * from t minimize b priority -2;\n',
  );
});

const store = databaseOf(
  'create table t(a integer, b text, c real)',
  'create table u(a integer, d text)',
  "insert into t values (1, 'x', 0.5), (2, null, 1.5), (null, 'y', 2), (4, 'X', null), (3, 'x', 3)",
  "insert into u values (1, 'p'), (3, null), (5, 'x')",
);

/** Selects whose rows depend on every word of them. */
const SELECTS: readonly string[] = [
  'select a, b from t order by b nulls last, a desc limit 1, 2',
  'select a, b from t order by b desc nulls first, a limit 2 offset 1',
  'select sum(a) over (order by c rows between 1 preceding and current row) from t order by c',
  'select sum(a) over (w rows unbounded preceding), count(*) over w, rank() over (partition by b collate nocase order by a desc) from t window w as (order by c nulls last) order by 1, 2, 3',
  "select group_concat(b, '-' order by a desc) filter (where b <> 'y') from t",
  'select t.a, u.d from t left join u using (a) union all select a, d from u except select 5, null order by 1, 2',
  'with recursive n(v) as (values (1) union all select v + 1 from n where v < 9), m as not materialized (select max(v) as v from n) select n.v, m.v from n, m where n.v not in (select a from t where a is not null)',
  'select * from t natural join u, (select distinct b as e from t where b notnull) as s cross join (t as x join u as y on x.a < y.a) where s.e = t.b collate nocase order by x.rowid, y.rowid, t.rowid, s.e',
  "select case b when 'x' then 1 else 2 end + (a is null), -a - - a, not a = 1, - - a || 'z', cast(c as int) / 2, a in (1, 2) = 1 from t order by t.rowid",
  'select b, count(distinct a), max(c) from t group by b collate nocase having count(*) > 1 or not b is not null',
  "select value, key from json_each('[1, [2], {\"a\": 3}]') where type <> 'object' and atom is not distinct from value",
];

for (const select of SELECTS) {
  test(`SQLite finds the same rows in what is printed of: ${select}`, (t) => {
    const [statement] = parse(`create view v as ${select}`);
    const printed = statement === undefined ? '' : printSelect(statement.select);
    const rows = store.rows(select);
    t.true(rows.length > 0);
    t.deepEqual(store.rows(printed), rows, printed);
  });
}
