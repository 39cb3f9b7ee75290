import test from 'ava';
import { textOf } from '../../engine/base/source.js';
import { isError } from '../../engine/base/diagnostic.js';
import { compileHere, databaseOf, shown } from '../helpers/solve-here.js';

const SCHEMA = [
  'create table h(id integer primary key, cap integer, zone text)',
  'create table t(id integer primary key, w integer, g text, controllable_h integer references h(id), controllable_n integer check (controllable_n between 0 and 3))',
  'create table twin(id integer primary key, controllable_n integer, double integer generated always as (controllable_n * 2), more integer as (double + 1))',
  'create table folded(name text collate nocase, controllable_name text collate nocase)',
  'create view shown as select id, w, controllable_h as host from t where w > 0',
  'create view load as select controllable_h as host, count(*) as n from t group by controllable_h',
  'create view any_of as select controllable_h as host from t union select id from h',
  'create view ranked as select id, controllable_h as host from t order by id limit 3',
  'create view different as select distinct controllable_h as host from t',
  "create view unreadable as select id, (select max(w) 'greatest' from h) as w, controllable_h as host from t",
];

interface Refusal {
  readonly rule: string;
  readonly policy: string;
  /** `code: underlined text`, in order. */
  readonly says: readonly string[];
  readonly help?: string;
  /** Underlined text of the notes. */
  readonly notes?: readonly string[];
}

const onT = (clause: string): string => `create constraint c as select * from t ${clause}`;

const REFUSALS: readonly Refusal[] = [
  {
    rule: 'an unknown table is named, with the nearest one',
    policy: 'create constraint c as select * from hh check 1 = 1',
    says: ['bind/unknown-table: hh'],
    help: 'did you mean `h`?',
  },
  {
    rule: 'a policy reads the main schema alone',
    policy: 'create constraint c as select * from other.t check exists (select 1 from temp.h)',
    says: ['bind/unknown-table: other', 'bind/unknown-table: temp'],
  },
  {
    rule: 'columns of an unknown table make no second error',
    policy: 'create constraint c as select * from nowhere as x where x.a = 1 check x.b = x.c and b > 2',
    says: ['bind/unknown-table: nowhere'],
  },
  {
    rule: 'an unknown column is named, with the nearest one',
    policy: onT('check controllable_hh = 1'),
    says: ['bind/unknown-column: controllable_hh'],
    help: 'did you mean `controllable_h`?',
  },
  {
    rule: 'an unknown qualified column is looked for in its table only',
    policy: 'create constraint c as select * from t join h on 1 = 1 check t.cap = 1',
    says: ['bind/unknown-column: cap'],
  },
  {
    rule: 'a table that has an alias is known by the alias only',
    policy: 'create constraint c as select * from t as x check t.w = 1',
    says: ['bind/unknown-table: t'],
  },
  {
    rule: 'a name that two row sources have is ambiguous',
    policy: 'create constraint c as select * from t join h on t.controllable_h = h.id check id = 1',
    says: ['bind/ambiguous-column: id'],
    help: 'write `t.id` or `h.id`',
  },
  {
    rule: 'a name that two row sources of a sub-query have is ambiguous there, too',
    policy: onT('check exists (select 1 from h as a join h as b on 1 = 1 where id = controllable_h)'),
    says: ['bind/ambiguous-column: id'],
  },
  {
    rule: 'two row sources of one name are refused',
    policy: 'create constraint c as select * from h join h on 1 = 1 check 1 = 1',
    says: ['bind/duplicate-name: h'],
  },
  {
    rule: 'a condition does not see the row sources that come after it',
    policy:
      'create constraint c as select * from t join h as a on a.id = b.id join h as b on 1 = 1 check t.controllable_n = 1',
    says: ['bind/unknown-table: b'],
  },
  {
    rule: 'an unknown function is named, with the nearest one',
    policy: onT('check summ(controllable_n) = 1'),
    says: ['bind/unknown-function: summ'],
    help: 'did you mean `sum`?',
  },
  {
    rule: 'an unknown table-valued function is named',
    policy:
      "create constraint c as select * from t join json_eachh('[]') as j on 1 = 1 check controllable_n = 1",
    says: ['bind/unknown-function: json_eachh'],
    help: 'did you mean `json_each`?',
  },
  {
    rule: 'two policies of one name show both places',
    policy: `${onT('check w = 1')}; create constraint C as select * from h check 1 = 1`,
    says: ['bind/duplicate-name: C'],
    notes: ['c'],
  },
  {
    rule: 'a view may not bear the name of a relation of the database',
    policy: 'create view Shown as select id from t; create constraint c as select * from shown check 1 = 1',
    says: ['bind/duplicate-name: Shown'],
    notes: ['CREATE VIEW shown as select id, w, controllable_h as host from t where w > 0'],
  },
  {
    rule: 'a set without any constraint is empty',
    policy: 'create view v as select id from t',
    says: ['bind/no-constraints: '],
  },
  {
    rule: 'an expression column of a view over decisions needs a name',
    policy:
      'create view v as select controllable_n + 1 from t; create constraint c as select * from v check 1 = 1',
    says: ['bind/missing-alias: controllable_n + 1'],
    help: 'add `as NAME`',
  },
  {
    rule: 'a view defined by itself is refused once, at the place that closes the circle',
    policy: 'create view v as select id from v; create constraint c as select * from v check id = 1',
    says: ['bind/cyclic-view: v'],
  },
  {
    rule: 'two views defined by each other are refused once',
    policy:
      'create view a as select host from b; create view b as select t.controllable_h as host from t join a on 1 = 1; create constraint c as select * from a check host = 1',
    says: ['bind/cyclic-view: a'],
  },
  {
    rule: 'a column beside an aggregate is grouped or inside one',
    policy: onT('check sum(controllable_n) <= w'),
    says: ['type/ungrouped-column: w'],
  },
  {
    rule: 'a decision beside an aggregate is grouped or inside one',
    policy: onT('group by g check sum(w) = 1 and controllable_n = 2'),
    says: ['type/ungrouped-column: controllable_n'],
  },
  {
    rule: 'texts that differ only in their letters are different group keys',
    policy: onT("group by g || 'A' check sum(controllable_n) > 0 and g || 'a' = 'xa'"),
    says: ['type/ungrouped-column: g'],
  },
  {
    rule: 'a sub-query beside an aggregate reads grouped columns only',
    policy: onT('check sum(controllable_n) <= (select max(cap) from h where h.id = t.w)'),
    says: ['type/ungrouped-column: t.w'],
  },
  {
    rule: 'a sub-query over decisions beside an aggregate reads grouped columns only',
    policy: onT('group by g check count(*) >= 1 or exists (select 1 from h where h.id = t.controllable_h)'),
    says: ['type/ungrouped-column: t.controllable_h'],
  },
  {
    rule: 'a number in `group by` counts the columns of the select list',
    policy: 'create constraint c as select * from t group by 1 check sum(controllable_n) > 1',
    says: ['type/bad-argument: 1'],
  },
  {
    rule: 'no aggregate stands in `where`',
    policy: onT('where sum(controllable_n) > 1 check w = 1'),
    says: ['type/aggregate-position: sum(controllable_n)'],
    help: 'move the condition to `having`',
  },
  {
    rule: 'no aggregate stands in `on`',
    policy: 'create constraint c as select * from t join h on count(*) = h.cap check controllable_n = 1',
    says: ['type/aggregate-position: count(*)'],
  },
  {
    rule: 'no aggregate stands inside another one',
    policy: onT('check sum(max(controllable_n)) > 1'),
    says: ['type/aggregate-position: max(controllable_n)'],
  },
  {
    rule: 'an aggregate over nothing but outer columns is not what it seems',
    policy: onT('check (select sum(t.controllable_n) from h) <= 3'),
    says: ['type/aggregate-position: sum(t.controllable_n)'],
  },
  {
    rule: 'a decision is not tested for null',
    policy: onT('check controllable_h is null or w is null'),
    says: ['type/null-test-on-decision: controllable_h is null'],
  },
  {
    rule: '`is not null`, `notnull` and `isnull` are null tests',
    policy: onT('check controllable_h is not null and controllable_h notnull and not controllable_h isnull'),
    says: [
      'type/null-test-on-decision: controllable_h is not null',
      'type/null-test-on-decision: controllable_h notnull',
      'type/null-test-on-decision: controllable_h isnull',
    ],
  },
  {
    rule: 'an outer join on a decision is refused',
    policy: 'create constraint c as select * from h left join t on t.controllable_h = h.id check h.cap = 1',
    says: ['lower/outer-join-on-decision: t.controllable_h = h.id'],
  },
  {
    rule: 'an outer join on a decision is refused whatever its side',
    policy: 'create constraint c as select * from t right join h on t.controllable_h = h.id check h.cap = 1',
    says: ['lower/outer-join-on-decision: t.controllable_h = h.id'],
  },
  {
    rule: 'an inner join on a decision inside an outer join is refused',
    policy:
      'create constraint c as select * from t join h on t.controllable_h = h.id left join h as o on o.id = t.w check t.w = 1',
    says: ['lower/outer-join-on-decision: t.controllable_h = h.id'],
  },
  {
    rule: '`using` in a right join is refused: its column is not the left one',
    policy: 'create constraint c as select * from t right join h using (id) check id = 1',
    says: ['lower/unsupported: t right join h using (id)'],
  },
  {
    rule: 'a database view that groups decisions has no rows to write to',
    policy: 'create constraint c as select * from load check n <= 2',
    says: ['lower/no-lineage: load'],
  },
  {
    rule: 'a database view that unites decisions has no rows to write to',
    policy: 'create constraint c as select * from any_of check host <= 2',
    says: ['lower/no-lineage: any_of'],
  },
  {
    rule: 'a database view that limits decisions is refused where it limits',
    policy: 'create constraint c as select * from ranked check host <= 2',
    says: ['lower/unsupported: 3'],
  },
  {
    rule: 'a database view that makes decisions distinct is refused',
    policy: 'create constraint c as select * from different check host <= 2',
    says: ['lower/unsupported: select distinct controllable_h as host from t'],
  },
  {
    rule: 'a database view that cannot be read is refused where it names decisions',
    policy: 'create constraint c as select * from unreadable check id <= 2',
    says: ['lower/unsupported: unreadable'],
  },
  {
    rule: 'a generated column over a decision is no input',
    policy: 'create constraint c as select * from twin check double = 2 or more = 3',
    says: ['lower/unsupported: double', 'lower/unsupported: more'],
  },
  {
    rule: 'a decision with a collation is refused',
    policy: "create constraint c as select * from folded check controllable_name = 'A'",
    says: ['lower/unsupported: controllable_name'],
  },
  {
    rule: 'a column with a collation is not compared with a decision',
    policy: 'create constraint c as select * from folded join t on folded.name = controllable_h check w = 1',
    says: ['lower/unsupported: folded.name'],
  },
  {
    rule: 'groups over decisions are not formed by a column with a collation',
    policy:
      'create constraint c as select * from folded join t on 1 = 1 group by name check sum(controllable_n) = 1',
    says: ['lower/unsupported: name'],
  },
  {
    rule: 'a view that groups by decisions is not read inside a sub-query',
    policy:
      'create view n as select h.id as host, count(*) as n from t join h on h.id = t.controllable_h group by h.id; create constraint c as select * from h check exists (select 1 from n where n.n > h.cap)',
    says: ['lower/unsupported: n'],
  },
  {
    rule: 'a capacity stands alone in a check',
    policy:
      'create constraint c as select * from t join h on 1 = 1 check not capacity(controllable_h, h.id, w, cap)',
    says: ['type/aggregate-position: capacity(controllable_h, h.id, w, cap)'],
  },
  {
    rule: 'a balance is the whole term of a soft constraint',
    policy:
      'create constraint c as select * from t join h on 1 = 1 maximize 2 * balance(controllable_h, h.id, w, cap)',
    says: ['type/aggregate-position: balance(controllable_h, h.id, w, cap)'],
  },
  {
    rule: 'a capacity takes four arguments',
    policy: 'create constraint c as select * from t join h on 1 = 1 check capacity(controllable_h, h.id, w)',
    says: ['type/bad-argument: capacity(controllable_h, h.id, w)'],
  },
  {
    rule: 'the first argument of a capacity is a decision',
    policy:
      'create constraint c as select * from t join h on 1 = 1 check capacity(t.w, h.id, w, cap) and controllable_h = 1',
    says: ['type/bad-argument: t.w', 'type/ungrouped-column: controllable_h'],
  },
  {
    rule: 'the demand of a capacity is ground',
    policy:
      'create constraint c as select * from t join h on 1 = 1 check capacity(controllable_h, h.id, controllable_n, cap)',
    says: ['lower/unsupported: controllable_n'],
  },
  {
    rule: 'a list of a sub-query has one column',
    policy: onT('check controllable_h in (select id, cap from h where controllable_n = 1)'),
    says: ['type/bad-argument: select id, cap from h where controllable_n = 1'],
  },
  {
    rule: 'a scalar sub-query over decisions is an aggregate',
    policy: onT('check controllable_h = (select o.controllable_h from t as o where o.id = t.w)'),
    says: ['lower/unsupported: (select o.controllable_h from t as o where o.id = t.w)'],
  },
  {
    rule: 'an aggregate takes one argument',
    policy: onT('check sum(controllable_n, w) = 1'),
    says: ['type/bad-argument: sum(controllable_n, w)'],
  },
  {
    rule: 'a function of single values takes the arguments that SQLite gives it',
    policy: onT(
      'check abs(controllable_n, 1) = coalesce(controllable_n) and iif(controllable_n) and nullif(controllable_n) = 1',
    ),
    says: [
      'type/bad-argument: abs(controllable_n, 1)',
      'type/bad-argument: coalesce(controllable_n)',
      'type/bad-argument: iif(controllable_n)',
      'type/bad-argument: nullif(controllable_n)',
    ],
  },
  {
    rule: '`contains` takes an array that is known and a value',
    policy: onT('check contains(controllable_n, 1) or contains(g) or contains(g, 1, controllable_n)'),
    says: [
      'lower/unsupported: controllable_n',
      'type/bad-argument: contains(g)',
      'type/bad-argument: contains(g, 1, controllable_n)',
    ],
  },
  {
    rule: '`increasing` needs rows with an order',
    policy: 'create constraint c as select * from (select 1 as a union select 2) as v check increasing(v.a)',
    says: ['type/bad-argument: increasing(v.a)'],
  },
  ...(
    [
      ['cast(controllable_n as text) = 2', 'cast(controllable_n as text)'],
      ['~controllable_n = 2', '~controllable_n'],
      ['controllable_n & 1 = 1', 'controllable_n & 1'],
      ['controllable_n || 1 = 21', 'controllable_n || 1'],
      ["controllable_n like '1%'", "controllable_n like '1%'"],
      ['(controllable_n, 1) = (2, 1)', '(controllable_n, 1)'],
      ['controllable_n = 1 collate nocase', '1 collate nocase'],
    ] as const
  ).map(([check, underlined]) => ({
    rule: `\`${check}\` is refused until its meaning over decisions is exact`,
    policy: onT(`check ${check}`),
    says: [`lower/unsupported: ${underlined}`],
  })),
  ...(
    [
      ['select distinct controllable_n from t check 1 = 1', 'select distinct controllable_n from t'],
      [
        'select * from h check exists (select 1 from t having sum(controllable_n) = 1)',
        'sum(controllable_n) = 1',
      ],
      ['select * from t limit 3 check controllable_n = 1', '3'],
      ['select * from t group by controllable_n + 1 check count(*) = 1', 'controllable_n + 1'],
      ['select * from t order by controllable_n check increasing(w)', 'controllable_n'],
      ['select id from t union select id from h check 1 = controllable_n', 'select id from h'],
      ['select * from t check total(controllable_n) = 1', 'total(controllable_n)'],
    ] as const
  ).map(([select, underlined]) => ({
    rule: `\`${select}\` is refused until its meaning over decisions is exact`,
    policy: `create constraint c as ${select}`,
    says: [`lower/unsupported: ${underlined}`],
  })),
];

for (const { rule, policy, says, help, notes } of REFUSALS) {
  test(rule, (t) => {
    const { compiled, diagnostics } = compileHere(databaseOf(...SCHEMA), policy);
    const errors = diagnostics.filter(isError);
    t.deepEqual([...new Set(shown(errors))], says);
    t.is(compiled, null);
    if (help !== undefined) t.is(errors[0]?.help, help);
    if (notes !== undefined) {
      t.deepEqual(
        errors[0]?.notes?.map(({ span }) => span && textOf(span)),
        notes,
      );
    }
  });
}

test('every error of several files is reported in one run, in order', (t) => {
  const { diagnostics } = compileHere(
    databaseOf(...SCHEMA),
    'create constraint a as select * from nope check 1 = 1; create constraint b as selec * from t check 1 = 1;',
    'create constraint b2 as select * from t check controllable_x = 1; create constraint a as select * from t check w = 1;',
  );
  t.deepEqual(
    diagnostics.map(({ code, span }) => `${span?.source.name ?? ''} ${code}`),
    [
      'policy.sql bind/unknown-table',
      'policy.sql parse/unexpected-token',
      'policy2.sql bind/unknown-column',
      'policy2.sql bind/duplicate-name',
    ],
  );
});

/** Expressions that read a part of theirs twice, nested in one another: written out they would have 2^n parts. */
const DOUBLING: Readonly<Record<string, string>> = {
  between: `controllable_n${' between 0 and 3'.repeat(400)}`,
  nullif: `${'nullif('.repeat(100)}controllable_n${', 7)'.repeat(100)} = 1`,
  case: `${'case '.repeat(100)}controllable_n${' when 1 then 2 when 2 then 3 end'.repeat(100)} = 1`,
};

for (const [name, expression] of Object.entries(DOUBLING)) {
  test(`\`${name}\` nested a hundredfold is refused once, and at once`, (t) => {
    const { compiled, diagnostics } = compileHere(databaseOf(...SCHEMA), onT(`check ${expression}`));
    t.is(compiled, null);
    t.deepEqual(
      diagnostics.map(({ code, message }) => `${code}: ${message}`),
      ['lower/unsupported: an expression of this size over a decision is not supported yet'],
    );
  });
}

test('what is read twice a few times over is not refused, nor a long chain', (t) => {
  for (const expression of [
    `controllable_n${' between 0 and 3'.repeat(6)}`,
    `controllable_n${' + controllable_n'.repeat(900)} > 0`,
    `controllable_n in (${Array.from({ length: 30_000 }, (_one, i) => i).join(', ')})`,
  ]) {
    t.deepEqual(compileHere(databaseOf(...SCHEMA), onT(`check ${expression}`)).diagnostics, []);
  }
});
