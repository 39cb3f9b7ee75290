import test from 'ava';
import { acceptedBy, everyAssignment } from '../helpers/enumerate.js';
import { databaseOf } from '../helpers/solve-here.js';

/** Two items, each with a decision over hosts 1 and 2. */
const SCHEMA = [
  'create table h(id integer primary key, zone text, cap integer)',
  'create table t(id integer primary key, g text, host integer, controllable_h integer references h(id))',
  'create table z(zone text, ok integer)',
  'create view shown as select id as item, controllable_h as place from t where id = 1',
  'create view joined as select t.id, h.zone, t.controllable_h from t join h on h.id = t.controllable_h',
  'create view deep as select place as deeper from shown',
  `create view odd as select id as "a ""b""", controllable_h as [select] from t`,
  "insert into h values (1, 'x', 2), (2, 'y', 1)",
  "insert into t values (1, 'a', 1, null), (2, 'b', 2, null)",
  "insert into z values ('x', 1), ('y', 0)",
];

/** Assignments `of item 1, of item 2` that a policy set accepts. */
const MEANINGS: readonly (readonly [rule: string, policies: string, accepted: string])[] = [
  ['an unqualified name', 'create constraint c as select * from t check controllable_h = 1', '1,1'],
  ['a qualified name', 'create constraint c as select * from t check t.controllable_h = 1', '1,1'],
  ['an alias', 'create constraint c as select * from t as u check u.controllable_h = 1', '1,1'],
  ['an alias without `as`', 'create constraint c as select * from t u check u.controllable_h = 1', '1,1'],
  ['a schema name', 'create constraint c as select * from main.t check main.t.controllable_h = 1', '1,1'],
  ['names in any case', 'CREATE CONSTRAINT C AS SELECT * FROM T CHECK t.CONTROLLABLE_H = T.HOST', '1,2'],
  [
    'quoted names',
    'create constraint c as select * from "t" as `u` check [u]."controllable_h" = `u`.host',
    '1,2',
  ],
  [
    'a self join',
    'create constraint c as select * from t as a join t as b on a.id < b.id check a.controllable_h < b.controllable_h',
    '1,2',
  ],
  [
    'a self join without aliases for one side',
    'create constraint c as select * from t join t as b on t.id < b.id check t.controllable_h < b.controllable_h',
    '1,2',
  ],
  [
    'a natural join',
    "create constraint c as select * from z natural join h join t on t.controllable_h = h.id check ok = 1 and zone = 'x'",
    '1,1',
  ],
  [
    '`using` makes one column of two',
    "create constraint c as select * from h join z using (zone) join t on t.controllable_h = h.id check zone = 'y'",
    '2,2',
  ],
  [
    '`using` over a decision joins by it',
    'create view d as select id, controllable_h as host from t; create constraint c as select * from d join (select id as host, cap from h) using (host) check cap = 2',
    '1,1',
  ],
  [
    'an outer join on ground columns',
    'create constraint c as select * from t left join h on h.id = t.id and h.cap = 2 check controllable_h = coalesce(h.id, 2)',
    '1,2',
  ],
  [
    'a comma join',
    'create constraint c as select * from t, h where t.controllable_h = h.id check h.cap >= 2',
    '1,1',
  ],
  [
    'a correlated sub-query',
    'create constraint c as select * from t check exists (select 1 from h where h.id = t.controllable_h and h.cap = 1)',
    '2,2',
  ],
  [
    'the inner name hides the outer one',
    'create constraint c as select * from t check exists (select 1 from h where id = 2 and controllable_h = id)',
    '2,2',
  ],
  [
    'a sub-query two levels deep sees the outermost row',
    'create constraint c as select * from t check exists (select 1 from h where exists (select 1 from z where z.zone = h.zone and h.id = t.controllable_h and t.id = z.ok + 1))',
    '2,1',
  ],
  [
    '`on` of a sub-query sees the select around it',
    'create constraint c as select * from t check exists (select 1 from h join z on z.zone = h.zone and h.id = t.controllable_h and z.ok = t.id)',
    '',
  ],
  [
    'a table-valued function reads its neighbours',
    "create constraint c as select * from t check controllable_h in (select value from json_each('[' || t.host || ']'))",
    '1,2',
  ],
  [
    'a view of the database is its table',
    'create constraint c as select * from shown check place = 2; create constraint d as select * from t where id = 2 check controllable_h = 2',
    '2,2',
  ],
  [
    'a view of a view of the database',
    'create constraint c as select * from deep check deeper = 2; create constraint d as select * from t where id = 2 check controllable_h = 2',
    '2,2',
  ],
  [
    'a view of the database that joins by a decision',
    "create constraint c as select * from joined check zone = 'y'; create constraint d as select * from t check id > 0",
    '2,2',
  ],
  [
    'a view of the policy set, defined after its use',
    'create constraint c as select * from v check p = 2; create view v as select controllable_h as p from t',
    '2,2',
  ],
  [
    'a view of the policy set, written as a constraint without a clause',
    'create constraint c as select * from v check p = 2; create constraint v as select controllable_h as p from t',
    '2,2',
  ],
  [
    'views of views with `*`',
    "create view v as select * from t; create view w as select * from v where id = 1; create constraint c as select * from w check controllable_h = 2; create constraint d as select * from v where g = 'b' check controllable_h = 1",
    '2,1',
  ],
  [
    'views with `t.*`',
    "create view v as select t.*, h.zone from t join h on h.id = t.controllable_h; create constraint c as select * from v check zone = 'x'",
    '1,1',
  ],
  [
    'a view used twice is the same variable',
    'create view v as select id, controllable_h as p from t; create constraint c as select * from v as a join v as b on a.id < b.id check a.p <> b.p and a.p < b.p',
    '1,2',
  ],
  [
    'a view of the policy set in a sub-query',
    "create view v as select id, controllable_h as p from t where g = 'a'; create constraint c as select * from t check controllable_h in (select p from v) and controllable_h = 2",
    '2,2',
  ],
  [
    'a ground view of the policy set in a sub-query',
    'create view v as select zone from z where ok = 1; create constraint c as select * from t check exists (select 1 from h where h.id = controllable_h and zone in (select zone from v))',
    '1,1',
  ],
  [
    'a sub-select in `from`',
    'create constraint c as select * from (select id as i, controllable_h as p from t) as s check s.p = s.i',
    '1,2',
  ],
  [
    'a ground sub-select in `from` with everything SQLite has',
    'create constraint c as select * from t join (with n(v) as (values (1) union select v + 1 from n where v < 2) select v, row_number() over (order by v desc) as r from n) as s on s.v = t.id check controllable_h = s.r',
    '2,1',
  ],
  [
    'quoted names of all kinds',
    'create constraint c as select * from odd check [select] = 3 - "a ""b"""',
    '2,1',
  ],
  ['the rowid', 'create constraint c as select * from t check controllable_h = rowid', '1,2'],
  [
    'an output alias in `group by` and `having`',
    "create constraint c as select g || host as k, count(*) as n from t group by k having k <> 'b2' check sum(controllable_h) = 2",
    '2,1 2,2',
  ],
  [
    'group keys that are expressions',
    'create constraint c as select * from t group by host % 2, g check sum(controllable_h) = 1 + (host % 2)',
    '2,1',
  ],
  [
    'a number in `group by` is a column of the select list',
    "create constraint c as select host, g from t group by 2 having g = 'a' check sum(controllable_h) = 2",
    '2,1 2,2',
  ],
  [
    'a constant group key makes one group, wherever it comes from',
    'create view v as select 7 as k, controllable_h as p from t; create constraint c as select * from v group by k check sum(p) = k - 4',
    '1,2 2,1',
  ],
  [
    'an aggregate of a view over decisions',
    'create view n as select h.id as host, count(*) as items from t join h on h.id = t.controllable_h group by h.id; create constraint c as select * from n where host = 1 check items = 2',
    '1,1',
  ],
  [
    'a policy view that groups a database view',
    "create view n as select count(*) as items from joined where zone = 'y'; create constraint c as select * from n check items = 2; create constraint d as select * from t check id > 0",
    '2,2',
  ],
  [
    'a condition in parentheses is the same condition',
    'create constraint c as select * from t where ((id = 1) and (((controllable_h = 1)))) check 1 = 0',
    '2,1 2,2',
  ],
  [
    'comments between any two tokens',
    "create constraint c as select * from t where (g = 'b' or g = /* a -- b */ 'a' -- 'c'\n and [host] /* -- */ > 0) check /* 1 */ controllable_h = -- 2\n 1 + /* -- */ (host - host)",
    '1,1',
  ],
  [
    '`in` over values',
    'create constraint c as select * from t check controllable_h in (values (2), (7))',
    '2,2',
  ],
];

for (const [rule, policies, accepted] of MEANINGS) {
  test(`names resolve: ${rule}`, (t) => {
    const seen = everyAssignment(databaseOf(...SCHEMA), policies);
    t.is(seen.length, 4);
    t.is(acceptedBy('model', seen), accepted, 'the model');
    t.is(acceptedBy('sqlite', seen), accepted, 'SQLite');
  });
}
