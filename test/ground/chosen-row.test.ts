import test from 'ava';
import { groundHere, everyAssignment } from '../helpers/enumerate.js';
import { databaseOf, shown } from '../helpers/solve-here.js';

/**
 * A table read through `key = decision` is a function of the decision: its columns are never joined row by row.
 * The same policy over a key that is not unique makes the rows; both must mean the same.
 */
const HOSTS = ['(1, 10, 0, null, 4)', '(2, null, 1, 1, 4)', '(3, 30, 1, 0, 5)'];
const SCHEMA = [
  'create table h(id integer primary key, a integer, b integer, c integer, d integer)',
  'create table t(id integer primary key, k integer, controllable_h integer references h(id), controllable_i integer references h(id))',
  `insert into h values ${HOSTS.join(', ')}`,
  'insert into t values (1, 1, null, null)',
  // Equal rows under a key that repeats, so that a join by it cannot be a choice.
  'create table every_h(id integer, a integer, b integer, c integer, d integer)',
  `insert into every_h values ${HOSTS.join(', ')}, (9, 1, 1, 1, 1), (9, 1, 1, 1, 1)`,
];

const JOINED = 't join HOST as x on x.id = t.controllable_h';
const TWICE = `${JOINED} join HOST as y on y.id = t.controllable_i`;

const POLICIES: readonly string[] = [
  ...[
    'x.a > 10',
    'x.a is null',
    'x.a is not null and x.b = 1',
    'x.a + x.b > 20',
    'x.a * 2 <= 20',
    'not (x.a = 10)',
    'x.a in (10, 30)',
    'x.a not in (10)',
    'x.a not in (10, null)',
    'x.a between 5 and 25',
    'x.b = t.k',
    'x.c = t.k or x.b = 0',
    'x.c',
    'not x.c',
    'x.id = t.controllable_h',
    'x.b = x.c',
    'x.b <> x.c',
    'x.b < x.c',
    'x.d = t.controllable_i',
    'x.id = t.controllable_i',
    'x.b <> t.controllable_i',
    'x.b + t.controllable_i = 3',
    'x.a in (select o.a from HOST as o where o.id = t.controllable_i)',
    'exists (select 1 from HOST as o where o.id = t.controllable_i and o.b = x.b)',
    '(select sum(o.a) from HOST as o where o.b = x.b) > 15',
  ].map((check) => `create constraint c as select * from ${JOINED} check ${check}`),
  ...[
    'x.b = y.b',
    'x.b <> y.b',
    'x.c = y.c',
    'x.c <> y.c',
    'x.c < y.c',
    'x.a + y.a > 30',
    'x.d = y.d and x.id <> y.id',
  ].map((check) => `create constraint c as select * from ${TWICE} check ${check}`),
  ...['x.b', 'x.b * 3 + x.d', 'x.b = 1', 'x.b = t.k'].map(
    (term) => `create constraint s as select * from ${JOINED} maximize ${term}`,
  ),
  ...[
    'sum(x.b)',
    'count(x.a)',
    'count(x.c)',
    'sum(x.b + x.d)',
    'any(x.c = 1)',
    'all(x.c = 1)',
    'all_equal(x.c)',
    'all_different(x.b)',
  ].map((term) => `create constraint s as select * from ${JOINED} maximize ${term}`),
  `create constraint c as select * from ${JOINED} where x.c = 0 or x.b = 0 check t.controllable_i = 2`,
  `create constraint c as select * from ${JOINED} where x.c check 1 = 0`,
  'create constraint c as select * from t check exists (select 1 from HOST as x where x.id = t.controllable_h and x.b = 1)',
  'create constraint c as select * from t check not exists (select 1 from HOST as x where t.controllable_h = x.id and x.c = 1)',
  'create constraint c as select * from t check t.controllable_i in (select x.d - 2 from HOST as x where x.id = t.controllable_h)',
  'create view v as select t.id, x.b as b from t join HOST as x on x.id = t.controllable_h where x.a is not null; create constraint c as select * from v check b = 1',
];

for (const policy of POLICIES) {
  test(`the chosen row is the joined row: ${policy.replaceAll('HOST', 'h')}`, (t) => {
    const read = (host: string): string[] =>
      everyAssignment(databaseOf(...SCHEMA), policy.replaceAll('HOST', host)).map((one) => {
        t.is(one.model, one.sqlite, `${host} at ${one.values}`);
        t.deepEqual(one.modelSoft, one.sqliteSoft, `${host} at ${one.values}`);
        return `${one.values} ${one.model} ${JSON.stringify(one.modelSoft)}`;
      });
    const chosen = read('h');
    t.is(chosen.length, 9);
    t.deepEqual(chosen, read('every_h'));
  });
}

test('a row that is only read makes no row of the join: the model does not grow with the hosts', (t) => {
  const sizes = [10, 1000].map((count) => {
    const store = databaseOf(
      'create table h(id integer primary key, a integer not null)',
      'create table t(id integer primary key, controllable_h integer references h(id))',
      `with recursive n(v) as (select 1 union all select v + 1 from n where v < ${count}) insert into h select v, v % 3 from n`,
      'insert into t values (1, null), (2, null), (3, null), (4, null), (5, null)',
    );
    const policy = 'create constraint c as select * from t join h on h.id = t.controllable_h check h.a = 1';
    return groundHere(store, [policy]).grounded?.model.constraints.length;
  });
  t.deepEqual(sizes, [5, 5]);
});

test('a column of texts and numbers is not compared with a decision: their codes could meet', (t) => {
  const { diagnostics } = groundHere(
    databaseOf(
      'create table n(name text primary key, a)',
      'create table t(id integer primary key, controllable_n text references n(name), controllable_m text references n(name))',
      "insert into n values ('x', 'x'), ('y', 0)",
      'insert into t values (1, null, null)',
    ),
    ['create constraint c as select * from t join n on n.name = controllable_n check n.a = controllable_m'],
  );
  t.deepEqual(shown(diagnostics), ['type/mismatch: n.a = controllable_m']);
});
