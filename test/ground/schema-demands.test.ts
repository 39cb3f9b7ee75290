import test from 'ava';
import { isError } from '../../engine/base/diagnostic.js';
import { textOf } from '../../engine/base/source.js';
import { everyAssignment } from '../helpers/enumerate.js';
import { Solver, databaseOf, shown } from '../helpers/solve-here.js';

const solver = new Solver();
test.after.always(() => solver.close());

const ALL = 'create constraint c as select * from t check 1 = 1';

/** Tables of which the model must accept exactly what SQLite stores. */
const DEMANDS: readonly (readonly [
  rule: string,
  schema: readonly string[],
  policy?: string,
  count?: number,
])[] = [
  [
    'a primary key that is a decision',
    [
      'create table t(controllable_x integer primary key check (controllable_x between 1 and 3), w integer)',
      'insert into t values (1, 0), (2, 0)',
    ],
  ],
  [
    'a composite primary key with a decision',
    [
      'create table t(g integer, controllable_x integer check (controllable_x in (1, 2)), primary key (g, controllable_x))',
      'insert into t values (1, 1), (1, 2), (2, 1)',
    ],
  ],
  [
    'a primary key in which decisions are still null',
    [
      'create table t(g integer, controllable_x integer check (controllable_x in (1, 2)), primary key (g, controllable_x))',
      'insert into t values (1, null), (1, null), (2, null)',
    ],
  ],
  [
    'a composite primary key with a decision, without rowid',
    [
      'create table t(g integer, controllable_x integer check (controllable_x in (1, 2)), primary key (g, controllable_x)) without rowid',
      'insert into t values (1, 1), (1, 2), (2, 1)',
    ],
  ],
  [
    'a unique decision',
    [
      'create table t(id integer primary key, controllable_x integer unique check (controllable_x in (1, 2)))',
      'insert into t values (1, null), (2, null)',
    ],
  ],
  [
    'a unique index over a decision and a column that may be null',
    [
      'create table t(id integer primary key, g integer, controllable_x integer check (controllable_x in (1, 2)))',
      'create unique index u on t(g, controllable_x)',
      'insert into t values (1, null, null), (2, null, null), (3, 1, null), (4, 1, null)',
    ],
  ],
  [
    'a partial unique index over a decision',
    [
      'create table t(id integer primary key, g text, controllable_x integer check (controllable_x in (1, 2)))',
      "create unique index u on t(controllable_x desc) where t.g = 'a' and [id] > 0",
      "insert into t values (1, 'a', null), (2, 'a', null), (3, 'b', null), (4, null, null)",
    ],
  ],
  [
    'a unique index over a plain column, partial by a decision',
    [
      'create table t(id integer primary key, g text, controllable_x integer check (controllable_x in (1, 2)))',
      'create unique index u on t(g) where controllable_x > 1',
      "insert into t values (1, 'a', null), (2, 'a', null), (3, 'b', null), (4, null, null), (5, null, null)",
    ],
  ],
  [
    'a unique index over a decision and an expression of a plain column, without rowid',
    [
      'create table t(id integer primary key, g text, controllable_x integer check (controllable_x in (1, 2))) without rowid',
      'create unique index u on t(lower(g), controllable_x) where g is not null',
      "insert into t values (1, 'a', null), (2, 'A', null), (3, 'b', null), (4, null, null)",
    ],
  ],
  [
    'two decisions of one unique key',
    [
      'create table t(id integer primary key, controllable_x integer check (controllable_x in (1, 2)), controllable_y integer check (controllable_y in (1, 2)), unique (controllable_x, controllable_y))',
      'insert into t values (1, null, null), (2, null, null)',
    ],
  ],
  [
    'a composite foreign key is a set of tuples',
    [
      'create table p(a integer, b integer, primary key (a, b))',
      'create table t(id integer primary key, a integer, controllable_b integer check (controllable_b between 1 and 3), foreign key (a, controllable_b) references p(a, b))',
      'insert into p values (1, 1), (1, 2), (2, 3)',
      'insert into t values (1, 1, null), (2, 2, null), (3, null, null)',
    ],
  ],
  [
    'a composite foreign key of two decisions',
    [
      'create table p(a integer, b integer, primary key (a, b))',
      'create table t(id integer primary key, controllable_a integer check (controllable_a between 1 and 2), controllable_b integer check (controllable_b between 1 and 3), foreign key (controllable_a, controllable_b) references p)',
      'insert into p values (1, 1), (1, 2), (2, 3)',
      'insert into t values (1, null, null)',
    ],
  ],
  [
    'a text decision by foreign key',
    [
      'create table n(name text primary key)',
      'create table t(id integer primary key, controllable_n text references n(name))',
      "insert into n values ('a'), ('O''Hara'), ('')",
      'insert into t values (1, null)',
    ],
    "create constraint c as select * from t check controllable_n <> 'a' and controllable_n >= ''",
    3,
  ],
  [
    'a boolean',
    [
      'create table t(id integer primary key, controllable_b boolean)',
      'insert into t values (1, null), (2, null)',
    ],
    'create constraint c as select * from t check controllable_b or id = 1',
    4,
  ],
  [
    'checks of a column and of the table',
    [
      'create table t(id integer primary key, w integer, controllable_x integer not null check (controllable_x between 0 and 3), check (controllable_x < w or w is null), constraint named check (controllable_x <> 1))',
      'insert into t values (1, 2, 0), (2, null, 0)',
    ],
  ],
  [
    'a check that is null is kept',
    [
      'create table t(id integer primary key, w integer, controllable_x integer check (controllable_x between 0 and 2) check (controllable_x < w))',
      'insert into t values (1, null, null), (2, 1, null)',
    ],
  ],
  [
    'a check over other columns alone is none of a solve',
    [
      'create table t(id integer primary key, w integer check (w > 0), controllable_x integer check (controllable_x between 0 and 1))',
      'insert into t values (1, 5, null)',
    ],
  ],
  [
    'rows without a primary key are told apart by rowid',
    [
      'create table t(w integer, controllable_x integer check (controllable_x between 0 and 2))',
      'insert into t values (1, null), (1, null)',
    ],
    'create constraint c as select * from t as a join t as b on a.rowid < b.rowid check a.controllable_x < b.controllable_x',
  ],
  [
    'names that need quotes',
    [
      'create table "my ""t""" ([x"y] integer primary key, `controllable_ odd` integer check ("controllable_ odd" in (1, 2)), "select" integer)',
      'insert into "my ""t""" values (1, null, 2)',
    ],
    'create constraint c as select * from "my ""t""" as [t t] check [t t]."controllable_ odd" = "select" and [t t].[x"y] = 1',
  ],
  [
    'columns that bear keywords as names',
    [
      'create table t("check" integer, weight integer, priority integer, maximize integer, minimize integer, controllable_x integer check (controllable_x in (1, 2)))',
      'insert into t values (1, 2, 3, 4, 5, null)',
    ],
    'create constraint c as select * from t where check = 1 and weight = 2 check priority + maximize - minimize = controllable_x',
  ],
];

for (const [rule, schema, policy = ALL, count] of DEMANDS) {
  test(`the model accepts what SQLite stores: ${rule}`, (t) => {
    const seen = everyAssignment(databaseOf(...schema), policy);
    if (count !== undefined) t.is(seen.length, count);
    for (const one of seen) t.is(one.model, one.sqlite, one.values);
    t.true(seen.some((one) => one.model));
    t.is(new Set(seen.map((one) => one.values)).size, seen.length);
  });
}

test('a text decision takes the texts that the table enumerates', async (t) => {
  const store = databaseOf(
    "create table t(id integer primary key, controllable_s text check (controllable_s in ('up', 'down', 'off')))",
    'insert into t values (1, null)',
  );
  const result = await solver.solve(store, [
    "create constraint c as select * from t check controllable_s in ('down', 'sideways')",
  ]);
  t.is(result.status, 'optimal');
  t.deepEqual(store.rows('select controllable_s from t'), [['down']]);
});

test('two values of a unique key are swapped in one solve', async (t) => {
  const store = databaseOf(
    'create table t(id integer primary key, want integer, controllable_x integer not null unique check (controllable_x > 0))',
    'insert into t values (1, 2, 1), (2, 1, 2), (3, 4, 3), (4, 5, 4), (5, 3, 5)',
  );
  const result = await solver.solve(store, [
    'create constraint c as select * from t check controllable_x = want',
  ]);
  t.is(result.status, 'optimal');
  t.deepEqual(store.rows('select id, controllable_x from t order by id'), [
    [1, 2],
    [2, 1],
    [3, 4],
    [4, 5],
    [5, 3],
  ]);
});

test('the parts of a primary key are swapped, though they are the rows’ identity', async (t) => {
  const store = databaseOf(
    'create table t(g text, controllable_x integer, want integer, primary key (g, controllable_x)) without rowid',
    "insert into t values ('a', 1, 2), ('a', 2, 1), ('b', 1, 1)",
  );
  const result = await solver.solve(store, [
    'create constraint c as select * from t check controllable_x = want',
  ]);
  t.is(result.status, 'optimal');
  t.deepEqual(store.rows('select g, controllable_x, want from t order by 1, 2'), [
    ['a', 1, 1],
    ['a', 2, 2],
    ['b', 1, 1],
  ]);
});

test('texts of a unique key are swapped', async (t) => {
  const store = databaseOf(
    'create table n(name text primary key)',
    'create table t(id integer primary key, want text, controllable_n text unique references n(name))',
    "insert into n values ('a'), ('b')",
    "insert into t values (1, 'b', 'a'), (2, 'a', 'b')",
  );
  const result = await solver.solve(store, [
    'create constraint c as select * from t check controllable_n = want',
  ]);
  t.is(result.status, 'optimal');
  t.deepEqual(store.rows('select controllable_n from t order by id'), [['b'], ['a']]);
});

test('a key that no assignment can keep is blamed by its table', async (t) => {
  const store = databaseOf(
    'create table h(id integer primary key)',
    'create table t(id integer primary key, controllable_h integer unique references h(id))',
    'insert into h values (1)',
    'insert into t values (1, null), (2, null)',
  );
  const result = await solver.solve(store, [ALL]);
  t.is(result.status, 'infeasible');
  t.deepEqual(
    result.core?.constraints.map(({ name }) => name),
    ['t.unique(controllable_h)'],
  );
});

test('the same cell through a table, an alias, two views and a join is one variable', async (t) => {
  const store = databaseOf(
    'create table t(id integer primary key, controllable_x integer check (controllable_x between 0 and 9))',
    'create view v as select id as i, controllable_x as y from t',
    'create view w as select i as j, y as z from v',
    'insert into t values (1, null), (2, null)',
  );
  const result = await solver.solve(store, [
    `create view p as select a.id as k, a.controllable_x as u from t as a;
     create constraint c1 as select * from v join w on v.i = w.j check v.y = w.z;
     create constraint c2 as select * from w where j = 1 check z = 7;
     create constraint c3 as select * from p where k = 2 check u = 3;
     create constraint c4 as select * from t as a join v on v.i = a.id join p on p.k = v.i check a.controllable_x = v.y and p.u = v.y;`,
  ]);
  t.is(result.status, 'optimal');
  t.is(result.variables, 2);
  t.deepEqual(store.rows('select controllable_x from t order by id'), [[7], [3]]);
});

test('decisions of a table that a policy reads are solved though it names other columns only', async (t) => {
  const store = databaseOf(
    'create table t(id integer primary key, w integer, controllable_x integer check (controllable_x between 4 and 9))',
    'create table other(id integer primary key, controllable_y integer check (controllable_y > 0))',
    'insert into t values (1, 1, null)',
    'insert into other values (1, null)',
  );
  const result = await solver.solve(store, [
    'create view unused as select * from other; create constraint c as select * from t check w = 1',
  ]);
  t.is(result.status, 'optimal');
  t.deepEqual(
    result.assignments.map(({ table, column }) => `${table}.${column}`),
    ['t.controllable_x'],
  );
  t.deepEqual(store.rows('select controllable_y from other'), [[null]]);
});

test('a table check that has no meaning over decisions yet is refused where it stands', async (t) => {
  const store = databaseOf(
    'create table t(id integer primary key, controllable_x integer check (controllable_x & 1 = 1))',
    'insert into t values (1, null)',
  );
  const result = await solver.solve(store, [ALL]);
  t.is(result.status, null);
  t.deepEqual(shown(result.diagnostics.filter(isError)), ['lower/unsupported: controllable_x & 1']);
});

test('two values of a partial unique key are swapped in one solve', async (t) => {
  const store = databaseOf(
    'create table t(id integer primary key, want integer, controllable_x integer check (controllable_x in (1, 2)))',
    'create unique index u on t(controllable_x) where id < 3',
    'insert into t values (1, 2, 1), (2, 1, 2), (3, 1, 1)',
  );
  const result = await solver.solve(store, [
    'create constraint c as select * from t check controllable_x = want',
  ]);
  t.is(result.status, 'optimal');
  t.deepEqual(store.rows('select controllable_x from t order by id'), [[2], [1], [1]]);
});

test('a unique index over an expression of a decision is refused at the policy, with the place of the expression', async (t) => {
  const store = databaseOf(
    'create table t(id integer primary key, controllable_x integer check (controllable_x in (1, 2)))',
    'create unique index u on t(id, controllable_x % 2)',
    'insert into t values (1, null)',
  );
  const { status, diagnostics } = await solver.solve(store, [ALL]);
  t.is(status, null);
  const [found, ...more] = diagnostics;
  t.deepEqual(more, []);
  t.is(found?.code, 'lower/unsupported');
  t.is(found?.span && textOf(found.span), 'c');
  const [note] = found?.notes ?? [];
  t.is(note?.span && textOf(note.span), 'controllable_x % 2');
});

test('a decision without bounds is shown at its policy and at its column', async (t) => {
  const store = databaseOf(
    'create table t(id integer primary key, controllable_x integer)',
    'insert into t values (1, null)',
  );
  for (const policy of ['check id > 0', 'check controllable_x <> 3']) {
    const { diagnostics } = await solver.solve(store, [`create constraint c as select * from t ${policy}`]);
    t.deepEqual(
      diagnostics.map(({ code, span, notes = [] }) => [
        code,
        span && textOf(span),
        ...notes.map((note) => note.span && textOf(note.span)),
      ]),
      [['ground/unbounded-decision', 'c', 'controllable_x']],
      policy,
    );
  }
});

test('an objective that grows without bound is shown at its clause and at its decisions', async (t) => {
  const store = databaseOf(
    'create table t(id integer primary key, controllable_x integer check (controllable_x >= 0), controllable_y integer check (controllable_y <= 5))',
    'insert into t values (1, null, null), (2, null, null)',
  );
  const { status, diagnostics } = await solver.solve(store, [
    'create constraint low as select * from t minimize controllable_x;' +
      'create constraint down as select * from t minimize 2 * controllable_y - controllable_x;',
  ]);
  t.is(status, 'model_invalid');
  t.deepEqual(
    diagnostics.map(({ code, span, notes = [] }) => [
      code,
      span && textOf(span),
      ...notes.map((note) => note.span && textOf(note.span)),
    ]),
    [['solve/unbounded', '2 * controllable_y - controllable_x', 'controllable_y', 'controllable_x']],
  );
});
