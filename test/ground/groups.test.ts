import test from 'ava';
import { acceptedBy, everyAssignment } from '../helpers/enumerate.js';
import { databaseOf } from '../helpers/solve-here.js';

/** Two items over hosts 1 and 2; host 3 has a zone that is null. */
const SCHEMA = [
  'create table h(id integer primary key, zone text, cap integer)',
  'create table t(id integer primary key, w integer, g text, controllable_h integer not null references h(id) check (controllable_h < 3))',
  'create table nobody(id integer primary key, controllable_n integer check (controllable_n in (0, 1)))',
  "insert into h values (1, 'x', 2), (2, 'y', 1), (3, null, 9)",
  "insert into t values (1, 2, 'a', 1), (2, null, 'b', 1)",
];
const JOIN = 't join h on h.id = t.controllable_h';
const LOAD = `create view load as select h.id as host, h.cap as cap, count(*) as n, sum(t.w) as w from ${JOIN} group by h.id, h.cap; `;

/** Hosts of items 1 and 2 that a policy set accepts. */
const CHECKS: readonly (readonly [rule: string, policies: string, accepted: string])[] = [
  [
    'a group without members exists, and its count is 0',
    `create constraint c as select * from ${JOIN} where h.id < 3 group by h.id check count(*) >= 1`,
    '1,2 2,1',
  ],
  [
    'the sum of no member is 0, not null',
    `create constraint c as select * from ${JOIN} where h.id < 3 group by h.id check sum(t.w) >= 0 and sum(t.w) < 2`,
    '',
  ],
  [
    'the sum of members whose values are all null is 0, too',
    `create constraint c as select * from ${JOIN} where h.id = 2 group by h.id check sum(t.w) >= 1`,
    '2,1 2,2',
  ],
  [
    'any of no member is false',
    `create constraint c as select * from ${JOIN} where h.id = 2 group by h.id check any(t.w > 0)`,
    '2,1 2,2',
  ],
  [
    'all, all_different and all_equal of no member are true',
    `create constraint c as select * from ${JOIN} where h.id = 3 group by h.id check all(t.w > 5) and all_different(t.w) and all_equal(t.w)`,
    '1,1 1,2 2,1 2,2',
  ],
  [
    'a group that a ground condition empties does not exist',
    `create constraint c as select * from ${JOIN} where h.id > 3 group by h.id check count(*) >= 1`,
    '1,1 1,2 2,1 2,2',
  ],
  [
    'no row at all is no group, also without `group by`',
    'create constraint c as select * from nobody check count(*) >= 1 and sum(controllable_n) = 5; create constraint d as select * from t check id > 0',
    '1,1 1,2 2,1 2,2',
  ],
  [
    'no row at all is no group for a ground policy, too',
    'create constraint c as select * from nobody check count(*) >= 1; create constraint d as select * from t check controllable_h > 0',
    '1,1 1,2 2,1 2,2',
  ],
  [
    'a ground policy that groups is checked by SQLite',
    'create constraint c as select * from h group by zone check count(*) = 1 and max(cap) < 9; create constraint d as select * from t check controllable_h > 0',
    '',
  ],
  [
    'a null is a group key like any other',
    `create constraint c as select * from ${JOIN} group by h.zone check count(*) <= 1`,
    '1,2 2,1',
  ],
  [
    '`having` on ground values picks groups',
    `create constraint c as select * from ${JOIN} group by h.id, h.cap having h.cap = 1 check count(*) = 2`,
    '2,2',
  ],
  [
    '`having` on decision values is a guard of the group',
    `create constraint c as select * from ${JOIN} group by h.id having count(*) > 0 check count(*) = 2`,
    '1,1 2,2',
  ],
  [
    '`having` that is null lets the check go',
    `create constraint c as select * from t group by g having sum(w) > 0 check all(controllable_h = 2)`,
    '2,1 2,2',
  ],
  [
    '`having` without `group by`',
    'create constraint c as select * from t having count(*) filter (where controllable_h = 1) = 1 check all_equal(controllable_h)',
    '1,1 2,2',
  ],
  [
    'an aggregate of the language stands alone in `having`',
    'create constraint c as select * from t having all_different(controllable_h) check 1 = 0',
    '1,1 2,2',
  ],
  [
    'a group compares with what reads no row of it',
    'create constraint c as select * from t check sum(controllable_h) = (select max(cap) from h where id < 3)',
    '1,1',
  ],
  [
    'a group compares with a sub-query over its keys',
    'create constraint c as select * from t group by g, id check sum(controllable_h) = (select count(*) from t as o where o.id >= t.id)',
    '2,1',
  ],
  [
    'groups of a view exist without members',
    `${LOAD}create constraint c as select * from load where host < 3 check n >= 1`,
    '1,2 2,1',
  ],
  [
    'rows of a view of groups count in an aggregate',
    `${LOAD}create constraint c as select * from load check count(*) = 3 and sum(n) = 2`,
    '1,1 1,2 2,1 2,2',
  ],
  [
    '`having` of a view on decision values guards its rows',
    `create view used as select h.id as host, count(*) as n from ${JOIN} group by h.id having count(*) > 0; create constraint c as select * from used check n = 2; create constraint d as select * from used check count(*) = 1`,
    '1,1 2,2',
  ],
  [
    'a group of guarded rows exists though all guards are false',
    `create view used as select h.id as host, count(*) as n from ${JOIN} group by h.id having count(*) > 5; create constraint c as select * from used check count(*) = 0 and sum(n) = 0`,
    '1,1 1,2 2,1 2,2',
  ],
  [
    'a constant condition over rows of a view',
    `${LOAD}create constraint c as select * from load where 1 > 2 check n = 77`,
    '1,1 1,2 2,1 2,2',
  ],
  [
    "a sub-query's groups are SQL's own",
    "create constraint c as select * from h where id = 1 check 'a' not in (select o.g from t as o where o.controllable_h = 2 group by o.g)",
    '1,1 1,2',
  ],
  [
    "a sub-query's `having` reads the rows that count",
    'create constraint c as select * from h where id = 1 check exists (select 1 from t as o where o.controllable_h = 2 group by null having count(*) = 2)',
    '2,2',
  ],
  [
    'a scalar sub-query over no row is null, and the check passes',
    'create constraint c as select * from h where id = 1 check (select sum(o.w) from t as o where o.controllable_h = 2) > 5',
    '1,1 1,2',
  ],
  [
    'a scalar count over no row is 0',
    'create constraint c as select * from h where id = 1 check (select count(*) from t as o where o.controllable_h = 2) > 0',
    '1,2 2,1 2,2',
  ],
  [
    'any and all inside a sub-query',
    'create constraint c as select * from h where id = 1 check (select any(o.controllable_h = 2) from t as o) and not (select all(o.controllable_h = 2) from t as o)',
    '1,2 2,1',
  ],
  [
    'any and all over ground rows inside text that SQLite runs',
    'create view apart as select any(cap > 8) as big, all_different(zone) as unlike, all_equal(cap) as alike, all(cap > 0) as some from h; create constraint c as select * from t where exists (select 1 from apart where big and unlike and not alike and some) check controllable_h = 2',
    '2,2',
  ],
];

for (const [rule, policies, accepted] of CHECKS) {
  test(`groups: ${rule}`, (t) => {
    const seen = everyAssignment(databaseOf(...SCHEMA), policies).filter(
      ({ values }) => !values.includes('3'),
    );
    t.is(seen.length, 4);
    t.is(acceptedBy('model', seen), accepted, 'the model');
    t.is(acceptedBy('sqlite', seen), accepted, 'SQLite');
  });
}

/** Values of a soft term for hosts `1,1 1,2 2,1 2,2`. */
const TERMS: readonly (readonly [rule: string, policy: string, values: string])[] = [
  [
    'a row counts where its guard is true',
    'create constraint s as select * from t where controllable_h = 2 maximize id',
    '0 2 1 3',
  ],
  ['a condition is worth 1', `create constraint s as select * from t maximize controllable_h = 2`, '0 1 1 2'],
  [
    'a group counts where its `having` is true',
    `create constraint s as select * from ${JOIN} group by h.id having count(*) = 1 maximize count(*) + 10`,
    '0 22 22 0',
  ],
  [
    'a group without members counts',
    `create constraint s as select * from ${JOIN} where h.id < 3 group by h.id maximize count(*) = 0`,
    '1 0 0 1',
  ],
  [
    'a ground term counts its rows',
    'create constraint s as select * from h maximize cap; create constraint d as select * from t check controllable_h > 0',
    '12 12 12 12',
  ],
  ['the sum of a view', `${LOAD}create constraint s as select * from load minimize n * cap`, '4 3 3 2'],
  [
    'co-location counts each row that shares',
    'create constraint s as select * from t maximize controllable_h in (select o.controllable_h from t as o where o.id <> t.id)',
    '2 0 0 2',
  ],
];

for (const [rule, policy, values] of TERMS) {
  test(`soft terms: ${rule}`, (t) => {
    const seen = everyAssignment(databaseOf(...SCHEMA), policy)
      .filter((one) => !one.values.includes('3'))
      .sort((a, b) => (a.values < b.values ? -1 : 1));
    t.is(seen.map((one) => one.modelSoft['s']).join(' '), values, 'the model');
    t.is(seen.map((one) => one.sqliteSoft['s']).join(' '), values, 'SQLite');
  });
}
