import test from 'ava';
import { everyAssignment } from '../helpers/enumerate.js';
import { databaseOf } from '../helpers/solve-here.js';

/**
 * Policies over two small tables whose every assignment is judged twice: by the grounded model and by SQLite.
 * Both must agree on each, and each policy must accept some and refuse some, or have several soft values.
 */
const SCHEMA = [
  'create table num(v integer primary key)',
  'insert into num values (-2), (-1), (0), (1), (2)',
  'create table bin(id integer primary key, zone text, room integer)',
  'create table t(id integer primary key, g text, w integer, n integer, list text, controllable_a integer references num(v), controllable_b integer references bin(id))',
  "insert into bin values (1, 'x', 3), (2, 'y', null), (3, 'x', 5)",
  "insert into t values (2, 'p', 2, null, '[1,3]', null, null), (1, 'p', 3, 4, '[2]', null, null)",
];

const onT = (rest: string): string => `create constraint c as select * from t ${rest}`;
const one = (check: string): string => onT(`where id = 1 check ${check}`);

const HARD: readonly string[] = [
  ...[
    'controllable_a * controllable_b = 2',
    'controllable_a * controllable_a > 1',
    'controllable_a * controllable_b * controllable_b <= 4',
    'controllable_a / 2 = 0',
    'controllable_a % 2 = -1',
    '7 / controllable_a >= 3',
    '-7 / controllable_a <> -3',
    '7 % controllable_a = 1',
    '(controllable_a * 5) / controllable_b < 2',
    '(controllable_a * 5) % controllable_b <= 0',
    'w / controllable_a + controllable_b > 4',
    'controllable_a / (controllable_b - 1) = 0',
    'not (controllable_a / (controllable_b - 1) = 1)',
    'abs(controllable_a) = 2',
    'abs(controllable_a - controllable_b) <= 1',
    'min(controllable_a, controllable_b, 2) = 1',
    'max(controllable_a, controllable_b) - min(controllable_a, controllable_b) < 3',
    'max(controllable_a, n) = 4 and controllable_b = 1',
    'min(controllable_a, n) < 0',
    'coalesce(n, controllable_a) = 4 and controllable_b > 1',
    'coalesce(nullif(controllable_a, 2), 5) > 1',
    'ifnull(nullif(controllable_a, 0), controllable_b) = 2',
    'iif(controllable_a > 0, controllable_b, 2) = 2',
    'iif(controllable_a > 0, controllable_b = 1, controllable_b = 2)',
    'case when controllable_a = 2 then 10 when controllable_a > 0 then 20 else 0 end < 15',
    'case controllable_b when 1 then controllable_a when n then 5 else 1 end > 0',
    'case when controllable_a > 5 then 1 when controllable_b = 2 then 0 end',
    "case when controllable_a > 0 then 'x' else g end = 'x'",
    'case when controllable_a > 0 then null else controllable_b end <> 1',
    'controllable_a is 1',
    'controllable_a is not n and controllable_b is w',
    '(controllable_a = 1) is true',
    '(controllable_a = nullif(n, 4)) is not true and controllable_b = 1',
    '(controllable_a > 0) is false',
    'controllable_a between -controllable_b and controllable_b - 2',
    'contains(list, controllable_b)',
    'not contains(list, controllable_b)',
    'contains(list, controllable_a + controllable_b)',
    'controllable_a in (select value from json_each(list)) or controllable_b = 3',
    'controllable_a + (controllable_b = 2) * 3 > 2',
    '(controllable_a < 0) = (controllable_b < 2)',
    "(select zone from (select zone from bin where id = 2) limit 1) = 'y' and controllable_a = 1",
    'controllable_a = (select max(room) - 4 from bin where id <> t.controllable_b)',
    "(select count(*) from bin where id <= controllable_b and zone = 'x') = 2",
    '(select sum(id) from bin where id <> controllable_b having sum(id) > 3) = 5',
    '(select min(controllable_a) from t as o) = -1',
    '(select avg(controllable_a) from t as o) > 0.5',
  ].map(one),
  onT('check min(controllable_a) = 0'),
  onT('check max(controllable_a) <> 1'),
  onT('check max(controllable_a) - min(controllable_a) <= 1'),
  onT('check max(controllable_a) = min(controllable_b)'),
  onT('check not (max(controllable_a) > min(controllable_b))'),
  onT('check 2 * max(controllable_a) - 1 >= sum(controllable_b)'),
  onT('check -min(controllable_a) > 1'),
  onT('check avg(controllable_a) = 0.5'),
  onT('check avg(controllable_a) < avg(controllable_b) - 2'),
  onT('check avg(controllable_a * w) >= 1.5'),
  onT('check 2 * avg(controllable_a) <> avg(controllable_b)'),
  onT('check avg(distinct controllable_a) > 1'),
  onT('check sum(distinct controllable_b) = 3'),
  onT('check count(distinct controllable_a) = 2'),
  onT('check count(distinct controllable_a + controllable_b) = 1'),
  onT('check increasing(controllable_a)'),
  onT('order by w check increasing(controllable_a)'),
  onT('order by n desc check increasing(controllable_b) or min(controllable_a) > 0'),
  onT('check not increasing(controllable_a)'),
  onT('where controllable_b > 1 check increasing(controllable_a)'),
  onT('where controllable_b > 1 check min(controllable_a) > 0'),
  onT('where controllable_b > 1 check max(w) < 3'),
  onT('where controllable_b > 1 check avg(w) <= 2'),
  onT('where controllable_b > 1 group by g check coalesce(max(w), 9) <> 3'),
  onT('where controllable_b = 2 check sum(w) / 2 = 1'),
  onT('group by controllable_b check count(*) <= 1'),
  onT('group by controllable_b check count(*) >= 1 or controllable_b > 2'),
  onT('group by controllable_b check sum(w) <> 3 or controllable_b <> 2'),
  onT('group by controllable_b check max(w) is not 3 or controllable_b = 1'),
  onT('group by g, controllable_b having sum(w) > 2 check min(controllable_a) > 0'),
  onT('where controllable_a > 0 group by controllable_b check count(*) < 2'),
  'create constraint c as select * from t join bin on bin.id = t.controllable_b check bin.room - 1 > t.w',
  'create constraint c as select * from t join bin on bin.id = t.controllable_b group by bin.zone check max(t.w) <= 2 or max(bin.room) > 4',
  'create constraint c as select * from t join bin on bin.id = t.controllable_b check t.controllable_a * bin.room > 2',
  'create view per as select controllable_b as b, count(*) as n from t group by controllable_b; create constraint c as select * from per check max(n) - min(n) <= 1',
  'create view per as select bin.zone as zone, bin.id as bin, count(*) as n from t join bin on bin.id = t.controllable_b group by bin.zone, bin.id; create constraint c as select * from per group by zone check max(n) < 2',
  'create view per as select bin.zone as zone, bin.id as bin, count(*) as n from t join bin on bin.id = t.controllable_b group by bin.zone, bin.id; create constraint c as select * from per join bin as o on o.id = per.bin group by per.zone, o.room check sum(n) <> 1',
  'create view per as select controllable_b as b, sum(w) as load from t group by controllable_b; create constraint c as select * from per check load / 2 < 2',
];

const SOFT: readonly string[] = [
  onT('maximize min(controllable_a)'),
  onT('minimize max(controllable_a) - min(controllable_b)'),
  onT('maximize controllable_a * controllable_b'),
  onT('maximize abs(controllable_a) + controllable_b / 2'),
  onT('maximize case when controllable_a > 1 then controllable_b when controllable_a < 0 then 5 else 0 end'),
  onT('where controllable_b > 1 maximize coalesce(nullif(controllable_a, 0), 7)'),
  onT('where controllable_b > 1 maximize coalesce(min(controllable_a), -9)'),
  onT('group by controllable_b maximize count(*) * count(*)'),
  onT('group by controllable_b minimize controllable_b * count(*)'),
  'create view per as select count(*) as n from t group by controllable_b; create constraint c as select * from per minimize max(n)',
  'create constraint c as select * from t join bin on bin.id = t.controllable_b maximize balance_convex(t.controllable_b, bin.id, t.w, 4)',
  'create constraint c as select * from t join bin on bin.id = t.controllable_b maximize balance(t.controllable_b, bin.id, t.w + bin.id, 4)',
  onT('minimize increasing(controllable_a) + count(distinct controllable_b)'),
];

for (const policy of HARD) {
  test(`model and SQLite accept the same: ${policy}`, (t) => {
    const store = databaseOf(...SCHEMA);
    const seen = everyAssignment(store, policy);
    const wrong = seen.filter((each) => each.model !== each.sqlite);
    t.deepEqual(wrong.slice(0, 3), []);
    t.true(seen.some((each) => each.model));
    t.true(seen.some((each) => !each.model));
    store.close();
  });
}

for (const policy of SOFT) {
  test(`model and SQLite value the same: ${policy}`, (t) => {
    const store = databaseOf(...SCHEMA);
    const seen = everyAssignment(store, policy);
    const wrong = seen.filter((each) => JSON.stringify(each.modelSoft) !== JSON.stringify(each.sqliteSoft));
    t.deepEqual(wrong.slice(0, 3), []);
    t.true(new Set(seen.map((each) => each.modelSoft['c'])).size > 1);
    store.close();
  });
}
