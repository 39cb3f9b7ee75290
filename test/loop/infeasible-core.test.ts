import test from 'ava';
import { must } from '../../engine/base/assert.js';
import { stoppedClock } from '../../engine/base/clock.js';
import { textOf } from '../../engine/base/source.js';
import type { CoreConstraint, InfeasibleCore } from '../../engine/loop/infeasible-core.js';
import { rowText } from '../../engine/ground/ground-error.js';
import { solveDatabase } from '../../engine/loop/solve-database.js';
import { Solver, databaseOf } from '../helpers/solve-here.js';

const solver = new Solver();
test.after.always(() => solver.close());

const HOSTS = [
  'create table h(id integer primary key, cap integer, zone text)',
  "insert into h values (1, 3, 'a'), (2, 3, 'a'), (3, 3, 'b')",
];
const ITEMS = [
  'create table t(id integer primary key, g integer, w integer, controllable_h integer references h(id))',
  'insert into t(id, g, w) values (1, 1, 2), (2, 1, 2), (3, 1, 2), (4, 2, 1)',
];
const NUMBERS = [
  'create table n(id integer primary key, controllable_x integer check (controllable_x between 2 and 4))',
  'insert into n(id) values (1), (2), (3), (4), (5)',
];

const ITEMS_OF_TWO = [
  'create table n(id integer primary key, g integer, controllable_x integer check (controllable_x between 2 and 4))',
  'insert into n(id, g) values (1, 1), (2, 1), (3, 2)',
];

interface Case {
  readonly rule: string;
  readonly database: readonly string[];
  readonly policies: readonly string[];
  /** `name: row; row`, and for groups `name: group { member; member | key }`. */
  readonly core: readonly string[];
  readonly domains?: readonly string[];
  /** Text under the carets. */
  readonly under?: string;
}

const CASES: readonly Case[] = [
  {
    rule: 'conditions on one row name the row',
    database: [...HOSTS, ...ITEMS],
    policies: [
      'create constraint first as select * from t where id = 2 check controllable_h = 1',
      "create constraint in_b as select * from t check controllable_h in (select id from h where zone = 'b')",
      'create constraint idle as select * from t check controllable_h <> 9',
    ],
    core: ['first: t.id=2', 'in_b: t.id=2'],
    domains: ['t.controllable_h of h(id): 3'],
    under: 'first',
  },
  {
    rule: 'a list without any value is reported under the name of its policy',
    database: [...HOSTS, ...ITEMS],
    policies: [
      'create constraint none as select * from t where g = 2 check controllable_h in (select id from h where cap > 9)',
    ],
    core: ['none: t.id=4'],
  },
  {
    rule: 'a policy about data alone names one row that breaks it',
    database: [...HOSTS, ...ITEMS],
    policies: [
      'create constraint sane as select * from h check cap < 3',
      'create constraint idle as select * from t check controllable_h > 0',
    ],
    core: ['sane: h.id=1'],
  },
  {
    rule: 'a condition between rows names the pair',
    database: [...HOSTS, ...ITEMS],
    policies: [
      'create constraint apart as select * from t as a join t as b on a.id < b.id and a.g = b.g check a.controllable_h <> b.controllable_h',
      'create constraint first as select * from t where id <> 2 check controllable_h = 1',
    ],
    core: ['apart: a.id=1, b.id=3', 'first: t.id=1; t.id=3'],
  },
  {
    rule: 'a capacity names the items and the keys that clash',
    database: [...HOSTS, ...ITEMS],
    policies: [
      'create constraint room as select * from t join h on h.id = t.controllable_h check capacity(t.controllable_h, h.id, t.w, h.cap)',
      'create constraint early as select * from t check controllable_h < 3',
    ],
    core: ['early: t.id=1; t.id=2; t.id=3', 'room: { t.id=1; t.id=2; t.id=3 | h.id=1; h.id=2 }'],
  },
  {
    rule: 'a capacity that no key can keep names every key',
    database: [...HOSTS, ...ITEMS, 'update t set w = 4 where id = 2'],
    policies: [
      'create constraint room as select * from t join h on h.id = t.controllable_h check capacity_constraint(t.controllable_h, h.id, t.w, h.cap) = true',
    ],
    core: ['room: { t.id=2 | h.id=1; h.id=2; h.id=3 (every) }'],
  },
  {
    rule: 'a capacity by resource names the resource',
    database: [
      ...HOSTS,
      'create table need(id integer primary key, kind text, w integer, controllable_h integer references h(id))',
      "insert into need(id, kind, w) values (1, 'disk', 3), (2, 'core', 3), (3, 'core', 2), (4, 'core', 2)",
    ],
    policies: [
      'create constraint room as select * from need join h on h.id = need.controllable_h group by need.kind check capacity(need.controllable_h, h.id, need.w, h.cap)',
      'create constraint early as select * from need check controllable_h <= 1',
    ],
    core: ['early: need.id=2; need.id=3', 'room: need.kind=core { need.id=2; need.id=3 | h.id=1 }'],
  },
  {
    rule: 'the keys of a capacity may be texts',
    database: [
      'create table h(name text primary key, cap integer)',
      "insert into h values ('a', 3), ('b', 1)",
      'create table t(id integer primary key, controllable_h text references h(name))',
      'insert into t(id) values (1), (2), (3)',
    ],
    policies: [
      'create constraint room as select * from t join h on h.name = t.controllable_h check capacity(t.controllable_h, h.name, 1, h.cap)',
      "create constraint at_b as select * from t check controllable_h = 'b'",
    ],
    core: ['at_b: t.id=1; t.id=2', 'room: { t.id=1; t.id=2 | h.name=b }'],
  },
  {
    rule: 'a decision that is none of the keys of a capacity names its row',
    database: [...HOSTS, ...ITEMS],
    policies: [
      'create constraint room as select * from t join h on h.id = t.controllable_h where h.id < 3 check capacity(t.controllable_h, h.id, 0, h.cap)',
      'create constraint last as select * from t where id = 4 check controllable_h = 3',
    ],
    core: ['last: t.id=4', 'room: t.id=4'],
  },
  {
    rule: 'a sum by group names the group and the rows that overflow it',
    database: [...HOSTS, ...ITEMS],
    policies: [
      'create constraint load as select * from t join h on h.id = t.controllable_h group by h.zone check sum(t.w) <= 4',
      "create constraint in_a as select * from t join h on h.id = t.controllable_h where t.id <> 4 check h.zone = 'a'",
    ],
    core: ['in_a: t.id=1; t.id=2; t.id=3', 'load: h.zone=a { t.id=1; t.id=2; t.id=3 }'],
  },
  {
    rule: 'a sum that is too small names no rows inside',
    database: NUMBERS,
    policies: ['create constraint much as select * from n check sum(controllable_x) >= 21'],
    core: ['much: {}', 'n.check1 of the schema: n.id=1; n.id=2; n.id=3; n.id=4; n.id=5'],
  },
  {
    // Without its bound any other row could make up for them.
    rule: 'a sum that is too large names as many rows as it takes',
    database: NUMBERS,
    policies: ['create constraint little as select * from n check sum(controllable_x) <= 5'],
    core: [
      'little: { n.id=1; n.id=2; n.id=3 }',
      'n.check1 of the schema: n.id=1; n.id=2; n.id=3; n.id=4; n.id=5',
    ],
    under: 'little',
  },
  {
    rule: 'a count names the group and the rows that are too many',
    database: [...HOSTS, "insert into h values (4, 3, 'b')", ...ITEMS],
    policies: [
      'create constraint few as select * from t join h on h.id = t.controllable_h group by h.id check count(*) <= 1',
      'create constraint low as select * from t where g = 1 check controllable_h <= 2',
    ],
    core: [
      'few: h.id=1 { t.id=1; t.id=2; t.id=3 }; h.id=2 { t.id=1; t.id=2; t.id=3 }',
      'low: t.id=1; t.id=2; t.id=3',
    ],
  },
  {
    rule: 'all_different names the rows that have too few values',
    database: [...HOSTS, ...ITEMS],
    policies: [
      'create constraint apart as select * from t group by g check all_different(controllable_h)',
      'create constraint low as select * from t check controllable_h <= 2',
    ],
    core: ['apart: g=1 { t.id=1; t.id=2; t.id=3 }', 'low: t.id=1; t.id=2; t.id=3'],
  },
  {
    rule: 'all_equal names the two rows that differ, not those between them',
    database: [...HOSTS, ...ITEMS],
    policies: [
      'create constraint together as select * from t check all_equal(controllable_h)',
      'create constraint first as select * from t where id = 1 check controllable_h = 1',
      'create constraint last as select * from t where id = 4 check controllable_h = 3',
    ],
    core: ['first: t.id=1', 'last: t.id=4', 'together: { t.id=1; t.id=4 }'],
  },
  {
    rule: 'increasing names the two rows that are out of order, not those between them',
    database: NUMBERS,
    policies: [
      'create constraint rising as select * from n check increasing(controllable_x)',
      'create constraint first as select * from n where id = 2 check controllable_x = 4',
      'create constraint last as select * from n where id = 5 check controllable_x = 3',
    ],
    core: ['first: n.id=2', 'last: n.id=5', 'rising: { n.id=2; n.id=5 }'],
  },
  {
    rule: 'a least value that is too small names the row that has it',
    database: NUMBERS,
    policies: [
      'create constraint high as select * from n check min(controllable_x) >= 3',
      'create constraint low as select * from n where id = 4 check controllable_x < 3',
    ],
    core: ['high: { n.id=4 }', 'low: n.id=4'],
  },
  {
    rule: 'a greatest value that is too large names the row that has it',
    database: NUMBERS,
    policies: [
      'create constraint low as select * from n check max(controllable_x) < 4',
      'create constraint high as select * from n where id = 4 check controllable_x = 4',
    ],
    core: ['high: n.id=4', 'low: { n.id=4 }'],
  },
  {
    rule: 'a greatest value that no row reaches names every row that might',
    database: NUMBERS,
    policies: [
      'create constraint high as select * from n check max(controllable_x) >= 4',
      'create constraint low as select * from n check controllable_x < 4',
    ],
    core: ['high: { n.id=1; n.id=2; n.id=3; n.id=4; n.id=5 }', 'low: n.id=1; n.id=2; n.id=3; n.id=4; n.id=5'],
  },
  {
    rule: 'an average names the rows that make it too large',
    database: ITEMS_OF_TWO,
    policies: [
      'create constraint fair as select * from n group by g check avg(controllable_x) <= 3',
      'create constraint high as select * from n where g = 1 check controllable_x = 4',
    ],
    core: ['fair: g=1 { n.id=1; n.id=2 }', 'high: n.id=1; n.id=2'],
  },
  {
    rule: 'a count of distinct values names rows that have two',
    database: [...HOSTS, ...ITEMS],
    policies: [
      'create constraint same as select * from t check count(distinct controllable_h) <= 1',
      'create constraint first as select * from t where id = 2 check controllable_h = 1',
      'create constraint last as select * from t where id = 4 check controllable_h = 3',
    ],
    core: ['first: t.id=2', 'last: t.id=4', 'same: { t.id=2; t.id=4 }'],
  },
  {
    rule: 'a product names its rows',
    database: NUMBERS,
    policies: [
      'create constraint small as select * from n as a join n as b on a.id < b.id check a.controllable_x * b.controllable_x <= 8',
      'create constraint high as select * from n where id > 3 check controllable_x >= 3',
    ],
    core: ['high: n.id=4; n.id=5', 'small: a.id=4, b.id=5'],
  },
  {
    rule: 'groups by the values of a decision name the values and the rows',
    database: [...HOSTS, ...ITEMS],
    policies: ['create constraint few as select * from t group by controllable_h check count(*) <= 1'],
    core: [
      'few: controllable_h=1 { t.id=1; t.id=2; t.id=3; t.id=4 }; controllable_h=2 { t.id=1; t.id=2; t.id=3; t.id=4 }; ' +
        'controllable_h=3 { t.id=1; t.id=2; t.id=3; t.id=4 }',
    ],
  },
  {
    rule: 'a sub-query names its rows inside the row that asks',
    database: [...HOSTS, ...ITEMS],
    policies: [
      'create constraint little as select * from h check 2 >= (select count(*) from t where t.controllable_h = h.id)',
      'create constraint at_2 as select * from t where id > 1 check controllable_h = 2',
    ],
    core: ['at_2: t.id=2; t.id=3; t.id=4', 'little: h.id=2 { t.id=2; t.id=3; t.id=4 }'],
  },
  {
    rule: 'a unique key names the rows that have too few values, and whose values they are',
    database: [
      ...HOSTS,
      'create table t(id integer primary key, controllable_h integer unique references h(id))',
      'insert into t(id) values (1), (2), (3), (4), (5)',
    ],
    policies: ['create constraint all_t as select * from t check controllable_h > 0'],
    core: ['t.unique(controllable_h) of the schema: { t.id=1; t.id=2; t.id=3; t.id=4 }'],
    domains: ['t.controllable_h of h(id): 3'],
    under: 'controllable_h integer unique references h(id)',
  },
  {
    rule: 'a composite unique key names the rows that share its other columns',
    database: [
      ...HOSTS,
      'create table t(id integer primary key, g integer, controllable_h integer references h(id), constraint slot unique (g, controllable_h))',
      'insert into t(id, g) values (1, 1), (2, 2), (3, 2)',
    ],
    policies: ['create constraint low as select * from t check controllable_h = 2'],
    core: ['low: t.id=2; t.id=3', 't.unique(g, controllable_h) of the schema: { t.id=2; t.id=3 }'],
  },
  {
    rule: 'a primary key over decisions is blamed where the table defines it',
    database: [
      ...HOSTS,
      'create table t(controllable_h integer references h(id), g integer, primary key (controllable_h, g))',
      'insert into t values (1, 7), (2, 7), (3, 7)',
    ],
    policies: ['create constraint low as select * from t check controllable_h <= 2'],
    core: [
      'low: t.rowid=1; t.rowid=2; t.rowid=3',
      't.unique(controllable_h, g) of the schema: { t.rowid=1; t.rowid=2; t.rowid=3 }',
    ],
  },
  {
    rule: 'a composite foreign key names the row without a parent',
    database: [
      'create table z(a integer, k integer, primary key (a, k))',
      'insert into z values (1, 1), (1, 2)',
      'create table t(id integer primary key, a integer, controllable_k integer, foreign key (a, controllable_k) references z(a, k), check (controllable_k between 1 and 2))',
      'insert into t(id, a) values (1, 1), (2, 2)',
    ],
    policies: ['create constraint all_t as select * from t check controllable_k > 0'],
    core: ['t.foreign_key1 of the schema: t.id=2'],
    under: 'foreign key (a, controllable_k) references z(a, k)',
  },
  {
    rule: 'checks of a table that contradict each other name both and the row',
    database: [
      'create table t(id integer primary key, controllable_x integer check (controllable_x > 5), check (controllable_x < id))',
      'insert into t(id) values (9), (3)',
    ],
    policies: ['create constraint all_t as select * from t check controllable_x >= 0'],
    core: ['t.check1 of the schema: t.id=3', 't.check2 of the schema: t.id=3'],
    under: 'controllable_x > 5',
  },
  {
    rule: 'a check without any value is a core by itself',
    database: [
      'create table t(id integer primary key, controllable_x integer check (controllable_x in (1, 2) and controllable_x > 2))',
      'insert into t(id) values (1)',
    ],
    policies: ['create constraint all_t as select * from t check controllable_x >= 0'],
    core: ['t.check1 of the schema: t.id=1'],
    under: 'controllable_x in (1, 2) and controllable_x > 2',
  },
  {
    rule: 'a parent table without rows leaves the column that refers to it no value',
    database: [
      'create table h(id integer primary key)',
      'create table t(id integer primary key, controllable_h integer not null default 0 references h(id))',
      'pragma foreign_keys = off',
      'insert into t(id) values (4), (5)',
    ],
    policies: ['create constraint all_t as select * from t check controllable_h > 0'],
    core: ['t.controllable_h of the schema: t.id=4'],
    domains: ['t.controllable_h of h(id): 0'],
    under: 'controllable_h integer not null default 0 references h(id)',
  },
  {
    rule: 'a boolean has two values and no third',
    database: [
      'create table t(id integer primary key, controllable_on boolean)',
      'insert into t(id) values (1)',
    ],
    policies: ['create constraint two as select * from t check controllable_on = 2'],
    core: ['two: t.id=1'],
  },
  {
    rule: '`not null` is never in a core, because no decision is null',
    database: [
      'create table t(id integer primary key, controllable_on boolean not null)',
      'insert into t values (1, 0)',
    ],
    policies: [
      'create constraint on_ as select * from t check controllable_on',
      'create constraint off as select * from t check not controllable_on',
    ],
    core: ['off: t.id=1', 'on_: t.id=1'],
    domains: ['t.controllable_on of null: 2'],
  },
  {
    rule: 'rows seen through a view are those of its tables',
    database: [...HOSTS, ...ITEMS, 'create view waiting as select id, w, controllable_h from t where g = 1'],
    policies: [
      'create constraint room as select * from waiting join h on h.id = waiting.controllable_h check capacity(waiting.controllable_h, h.id, waiting.w, h.cap)',
      'create constraint low as select * from waiting check controllable_h = 1',
    ],
    core: ['low: t.id=1; t.id=2', 'room: { t.id=1; t.id=2 | h.id=1 }'],
  },
  {
    rule: 'wishes are never in a core',
    database: [...HOSTS, ...ITEMS],
    policies: [
      'create constraint low as select * from t where id = 1 check controllable_h < 2',
      'create constraint high as select * from t where id = 1 check controllable_h > 2',
      'create constraint wish as select * from t maximize controllable_h',
    ],
    core: ['high: t.id=1', 'low: t.id=1'],
  },
  {
    rule: 'a bound goes with its policy: without it the decision may be anything',
    database: [
      'create table t(id integer primary key, controllable_x integer)',
      'insert into t(id) values (1)',
    ],
    policies: [
      'create constraint small as select * from t check controllable_x in (1, 2, 3)',
      'create constraint large as select * from t check controllable_x >= 1000000',
    ],
    core: ['large: t.id=1', 'small: t.id=1'],
  },
  {
    rule: 'a policy that looks only at what another one leaves is grounded again without that one',
    database: [...HOSTS, ...ITEMS],
    policies: [
      'create constraint pin as select * from t where id <> 4 check controllable_h = 1',
      'create constraint far as select * from t where id = 4 check controllable_h = 2',
      'create constraint used as select * from h where id = 3 check 1 <= (select count(*) from t where t.controllable_h = h.id)',
    ],
    core: ['far: t.id=4', 'pin: t.id=1; t.id=2; t.id=3', 'used: h.id=3 {}'],
  },
];

function shown({ name, implied, rows, groups }: CoreConstraint): string {
  const inside = new Set(groups.flatMap((group) => [...group.rows, ...group.keys, group.group].map(rowText)));
  const plain = rows.map(rowText).filter((row) => !inside.has(row));
  const grouped = groups.map(({ group, rows: members, keys, every_key: every }) => {
    const last = keys.length === 0 ? '' : ` | ${keys.map(rowText).join('; ')}${every ? ' (every)' : ''}`;
    const before = Object.keys(group).length === 0 ? '' : `${rowText(group)} `;
    return `${before}{ ${members.map(rowText).join('; ')}${last} }`.replace('{  }', '{}');
  });
  const all = [...plain, ...grouped].join('; ');
  return `${name}${implied && groups.length + rows.length > 0 ? ' of the schema' : ''}:${all === '' ? '' : ` ${all}`}`;
}

for (const { rule, database, policies, core: expected, domains, under } of CASES) {
  test(rule, async (t) => {
    const { status, core, diagnostics } = await solver.solve(databaseOf(...database), policies);
    t.is(status, 'infeasible');
    const { constraints, minimal, unproved, domains: found } = must(core, 'core');
    t.deepEqual(constraints.map(shown), expected);
    t.deepEqual({ minimal, unproved }, { minimal: true, unproved: null });
    const facts = found.map(
      ({ table, column, from, values }) => `${table}.${column} of ${String(from)}: ${values}`,
    );
    if (domains !== undefined) t.deepEqual(facts, domains);
    const [diagnostic] = diagnostics.filter(({ code }) => code === 'solve/infeasible');
    if (under !== undefined) t.is(textOf(must(diagnostic?.span, 'span')), under);
  });
}

const twoPolicies = [
  { name: 'low.sql', text: '\ncreate constraint low as select * from t check controllable_h < 2' },
  { name: 'high.sql', text: 'create constraint high as select * from t check controllable_h > 2' },
];

test('a core tells file and line of each constraint', async (t) => {
  const { core } = await solveDatabase(databaseOf(...HOSTS, ...ITEMS), twoPolicies, {
    limits: { timeMs: null, work: null, seed: 1 },
    dryRun: true,
    clock: stoppedClock,
    coreMs: null,
    solve: solver.solver,
  });
  t.deepEqual(
    core?.constraints.map(({ name, file, line }) => [name, file, line]),
    [
      ['high', 'high.sql', 1],
      ['low', 'low.sql', 2],
    ],
  );
});

test('a search without time names every constraint, and says that this is why', async (t) => {
  const { core, diagnostics } = await solveDatabase(databaseOf(...HOSTS, ...ITEMS), twoPolicies, {
    limits: { timeMs: null, work: null, seed: 1 },
    dryRun: true,
    clock: stoppedClock,
    coreMs: 0,
    solve: solver.solver,
  });
  const { minimal, unproved, constraints } = must<InfeasibleCore>(core, 'core');
  t.deepEqual({ minimal, unproved }, { minimal: false, unproved: 'time' });
  t.deepEqual(
    constraints.map(({ name }) => name),
    ['high', 'low'],
  );
  t.regex(must(diagnostics[0], 'diagnostic').message, /not shown to be minimal/);
});

test('a claim that nothing fits is not repeated where something does', async (t) => {
  let first = true;
  const { status, core, diagnostics } = await solveDatabase(
    databaseOf(...HOSTS, ...ITEMS),
    [must(twoPolicies[0], 'one')],
    {
      limits: { timeMs: null, work: null, seed: 1 },
      dryRun: true,
      clock: stoppedClock,
      coreMs: null,
      solve: (model, limits) => {
        if (!first) return solver.solver(model, limits);
        first = false;
        return Promise.resolve({
          outcome: { status: 'infeasible', blamed: null },
          backend: 'highs',
          rejections: [],
        });
      },
    },
  );
  t.is(status, 'unknown');
  t.is(core, null);
  t.deepEqual(
    diagnostics.map(({ code }) => code),
    ['solve/unknown'],
  );
});
