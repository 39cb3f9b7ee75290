import test from 'ava';
import { Solver, compileHere, databaseOf, shown } from '../helpers/solve-here.js';
import type { Store } from '../../engine/store/store.js';

const solver = new Solver();
test.after.always(() => solver.close());

const TYPES = ['integer', 'text', 'real', 'numeric', '', 'blob', 'text collate nocase'];
const VALUES = ['null', '5', "'5'", "'abc'", "'ABC'", '5.5', "'5.0'", "x'35'", "''", '5.0', '1.0'];
const OPERATORS = ['=', '<', '>=', 'is', 'is not'];

function database(): Store {
  const columns = TYPES.map((type, i) => `c${i} ${type}`).join(', ');
  const rows = VALUES.map((value, i) => `(${i}, ${TYPES.map(() => value).join(', ')})`).join(', ');
  const inner = VALUES.map((value, i) => `(${i}, ${TYPES.map(() => value).join(', ')}, 0)`).join(', ');
  return databaseOf(
    `create table o (id integer primary key, ${columns})`,
    `create table i (id integer primary key, ${columns}, controllable_v integer not null check (controllable_v in (0, 1)))`,
    `create view seen as select * from o`,
    `insert into o values ${rows}`,
    `insert into i values ${inner}`,
  );
}

/** Rows that the engine finds for a condition on an outer row and an inner one, for each condition; all decisions become 1. */
async function found(store: Store, outer: string, conditions: readonly string[]): Promise<number[]> {
  const policies = conditions.map(
    (condition, i) =>
      `create constraint p${i} as select * from ${outer} as o ` +
      `maximize (select count(*) from i where ${condition} and i.controllable_v = 1);`,
  );
  const result = await solver.solve(store, [policies.join('\n')]);
  if (result.status !== 'optimal') throw new Error(JSON.stringify(result.diagnostics.slice(0, 2)));
  return conditions.map((_one, i) => result.soft.find(({ name }) => name === `p${i}`)?.value ?? NaN);
}

const meant = (store: Store, outer: string, conditions: readonly string[]): number[] =>
  conditions.map((condition) =>
    Number(store.rows(`select count(*) from ${outer} as o, i where ${condition}`)[0]?.[0]),
  );

const compare = (left: string, right: string): string[] =>
  OPERATORS.flatMap((operator) => [`${left} ${operator} ${right}`, `${right} ${operator} ${left}`]);

for (const outer of ['o', 'seen', '(select * from o)']) {
  for (const [k, type] of TYPES.entries()) {
    test.serial(
      `a column of ${outer} declared "${type}" is compared inside a sub-query over decisions as SQLite compares it`,
      async (t) => {
        const column = `o.c${k}`;
        const others = [
          ...TYPES.map((_type, i) => `i.c${i}`),
          "'5'",
          '5',
          '5.5',
          "x'35'",
          'i.c0 + 0',
          "i.c1 || ''",
          'cast(i.c1 as text)',
          "'ABC' collate nocase",
        ];
        const store = database();
        const { diagnostics } = compileHere(
          store,
          'create constraint c as select * from i check controllable_v = 1',
        );
        t.deepEqual(shown(diagnostics), []);
        const conditions = [
          ...others.flatMap((other) => compare(column, other)),
          `${column} in (i.c0, i.c1)`,
          `${column} in (i.c1)`,
          `i.c0 in (${column}, 7)`,
          `i.c1 between ${column} and ${column}`,
          `case ${column} when i.c1 then 1 when i.c0 then 1 end`,
          `typeof(${column}) = typeof(i.c2)`,
          `${column} / 2 = i.c2 / 2`,
          `length(${column}) > i.id`,
        ].filter((condition) => !isRefused(store, outer, condition));
        t.true(conditions.length >= 60, `${conditions.length} conditions`);
        const [told, known] = [await found(store, outer, conditions), meant(store, outer, conditions)];
        for (const [i, condition] of conditions.entries()) t.is(told[i], known[i], condition);
        store.close();
      },
    );
  }
}

/** Where a collation would be lost. */
function isRefused(store: Store, outer: string, condition: string): boolean {
  const { diagnostics } = compileHere(
    store,
    `create constraint p as select * from ${outer} as o maximize (select count(*) from i where ${condition} and i.controllable_v = 1);`,
  );
  return diagnostics.some(
    ({ code, message }) => code === 'lower/unsupported' && /the collation/.test(message),
  );
}

const refusals: readonly [condition: string, refused: boolean][] = [
  ['o.c1 = i.c1', false],
  ['o.c6 = i.c6', false],
  ['i.c6 = o.c1', false],
  ['i.c1 = o.c6', false],
  ['o.c1 = i.c6', true],
  ['o.c6 = i.c1', true],
  ["o.c6 = 'abc'", true],
  ["'abc' = o.c6", true],
  ["o.c6 collate nocase = 'abc'", false],
  ["+o.c6 in ('abc', 'b')", true],
  ["'abc' between i.c1 and o.c6", true],
  ['o.c6 || i.c1 = i.c1', false],
  ['o.c6 is not null', false],
  ['max(o.c6, i.c1) = i.c1', true],
  ['o.c1 in (select c6 from i as j)', true],
  ['i.c1 in (select c1 from i as j where j.c6 = o.c6)', false],
  ['(o.c1, i.c0) = (i.c6, 1)', true],
];

test('a comparison is refused where the collation of an outer column would be lost, and only there', (t) => {
  const store = database();
  for (const [condition, refused] of refusals) t.is(isRefused(store, 'o', condition), refused, condition);
});

test('a view of the database compares by its own collations, and what it does is not looked into', (t) => {
  const store = database();
  store.script(`create view same as select * from o as a where exists (select 1 from i where a.c6 = 'abc')`);
  const { diagnostics } = compileHere(
    store,
    'create constraint p as select * from i check i.controllable_v <= (select count(*) from same)',
  );
  t.deepEqual(shown(diagnostics), []);
});
