import test from 'ava';
import type { Code } from '../../engine/base/codes.js';
import { textOf } from '../../engine/base/source.js';
import { isError } from '../../engine/base/diagnostic.js';
import { groundHere } from '../helpers/enumerate.js';
import { databaseOf } from '../helpers/solve-here.js';

const SCHEMA = [
  'create table h(id integer primary key, cap integer)',
  'create table t(id integer primary key, w integer, x real, name text, blob blob, controllable_h integer references h(id), controllable_n integer check (controllable_n between 0 and 3))',
  'insert into h values (1, 5), (2, 6)',
  'create table u(id integer primary key, controllable_w integer)',
  'insert into u values (1, null)',
  "insert into t values (1, 4, 0.5, 'a', x'00', null, null), (2, 9007199254740993, 1.5, 'b', x'01', null, null)",
];

const BIG = '9007199254740993';

interface Refusal {
  readonly rule: string;
  readonly policy: string;
  readonly code: Code;
  readonly underlined: string;
  readonly message?: RegExp;
  readonly note?: RegExp;
}

const onT = (clause: string): string => `create constraint c as select * from t ${clause}`;

const REFUSALS: readonly Refusal[] = [
  {
    rule: 'an integer beyond 2^53 in a column is refused, never rounded, and its row is named',
    policy: onT('check controllable_n + w > 3'),
    code: 'ground/unsafe-integer',
    underlined: 'controllable_n + w',
    message: new RegExp(BIG),
    note: /t\.id=2/,
  },
  {
    rule: 'an integer beyond 2^53 in the text is refused',
    policy: onT(`check controllable_n * 2 < ${BIG}`),
    code: 'ground/unsafe-integer',
    underlined: `controllable_n * 2 < ${BIG}`,
  },
  {
    rule: 'a sum that may leave 2^53 is refused',
    policy: onT('check controllable_n * 9007199254740991 * 9007199254740991 < 5'),
    code: 'ground/unsafe-integer',
    underlined: 'select * from t',
  },
  {
    rule: 'a real number is refused in a computation',
    policy: onT('check controllable_n + x > 1'),
    code: 'ground/not-an-integer',
    underlined: 'controllable_n + x',
    note: /t\.id=1/,
  },
  {
    rule: 'a real soft term is refused',
    policy: onT('maximize 0.5 * controllable_n'),
    code: 'ground/not-an-integer',
    underlined: '0.5 * controllable_n',
  },
  {
    rule: 'a text is not computed with',
    policy: onT('check controllable_n + name > 1'),
    code: 'type/mismatch',
    underlined: 'controllable_n + name',
  },
  {
    rule: 'a text is no condition',
    policy: onT('check controllable_n = 1 or name'),
    code: 'type/mismatch',
    underlined: 'name',
  },
  {
    rule: 'an integer decision is not compared with a text',
    policy: onT("check controllable_n = '1'"),
    code: 'type/mismatch',
    underlined: "controllable_n = '1'",
  },
  {
    rule: 'an integer decision is in no list of texts',
    policy: onT("check controllable_n in (1, '2')"),
    code: 'type/mismatch',
    underlined: "controllable_n in (1, '2')",
  },
  {
    rule: 'an integer decision is in no list of texts that a query gives',
    policy: onT('check controllable_n in (select name from t)'),
    code: 'type/mismatch',
    underlined: 'controllable_n in (select name from t)',
  },
  {
    rule: 'an integer decision joins no text',
    policy:
      'create constraint c as select * from t as a join t as b on a.controllable_n = b.name check a.controllable_h = 1',
    code: 'type/mismatch',
    underlined: 'a.controllable_n = b.name',
  },
  {
    rule: 'a null soft term is refused, and its row is named',
    policy:
      'create constraint c as select * from t left join h on h.id = t.id + 1 maximize controllable_n + h.cap',
    code: 'ground/null-term',
    underlined: 'controllable_n + h.cap',
    note: /t\.id=2/,
  },
  {
    rule: 'a null ground soft term is refused, and its row is named',
    policy: 'create constraint c as select * from t left join h on h.id = t.id + 1 maximize h.cap',
    code: 'ground/null-term',
    underlined: 'h.cap',
    note: /t\.id=2/,
  },
  {
    rule: 'a soft term that is null for some decisions is refused',
    policy: onT('where id = 1 maximize (select sum(h.cap) from h where h.id = t.controllable_n)'),
    code: 'ground/null-term',
    underlined: '(select sum(h.cap) from h where h.id = t.controllable_n)',
    message: /for some decisions/,
  },
  {
    rule: 'an average is no soft term',
    policy: onT('maximize avg(controllable_n)'),
    code: 'lower/unsupported',
    underlined: 'avg(controllable_n)',
  },
  {
    rule: 'a real number is not divided: SQLite would not truncate',
    policy: onT('check controllable_n / 2.0 < 1'),
    code: 'lower/unsupported',
    underlined: '2.0',
  },
  {
    rule: 'a real column below a division is refused, whatever stands between',
    policy: onT('check (controllable_n * (x * 2)) / 2 < 1'),
    code: 'lower/unsupported',
    underlined: '(x * 2)',
  },
  {
    rule: 'a group for every value of an unbounded decision is refused',
    policy: 'create constraint c as select * from u group by controllable_w check count(*) < 2',
    code: 'ground/unbounded-decision',
    underlined: 'controllable_w',
  },
  {
    rule: 'a policy that makes too many rows is refused before it fills the memory',
    policy:
      'create constraint c as select * from many as a join many as b on a.controllable_n <> b.controllable_n join many as d on d.controllable_n <> a.controllable_n check 1 = 0',
    code: 'ground/too-large',
    underlined:
      'select * from many as a join many as b on a.controllable_n <> b.controllable_n join many as d on d.controllable_n <> a.controllable_n',
  },
  {
    rule: 'what SQLite fails at is told with the policy',
    policy: onT("check controllable_n = 1 and json_extract(name, '$') = 1"),
    code: 'ground/sql',
    underlined: 'select * from t',
    message: /malformed JSON/,
  },
];

for (const { rule, policy, code, underlined, message, note } of REFUSALS) {
  test(rule, (t) => {
    const store = databaseOf(
      ...SCHEMA,
      'create table many(id integer primary key, controllable_n integer check (controllable_n between 0 and 1))',
    );
    if (policy.includes('many')) {
      store.script(
        'with recursive n(v) as (select 1 union all select v + 1 from n where v < 175) insert into many select v, null from n',
      );
    }
    const { grounded, diagnostics } = groundHere(store, [policy]);
    const [error, ...more] = diagnostics.filter(isError);
    t.is(grounded, null);
    t.is(more.length, 0);
    t.is(error?.code, code);
    t.is(error?.span && textOf(error.span), underlined);
    if (message !== undefined) t.regex(error?.message ?? '', message);
    if (note !== undefined) t.regex(error?.notes?.map((one) => one.message).join() ?? '', note);
  });
}

test('a real decision is refused', (t) => {
  const { diagnostics } = groundHere(
    databaseOf(
      'create table t(id integer primary key, controllable_x real)',
      'insert into t values (1, null)',
    ),
    [onT('check controllable_x > 1')],
  );
  t.deepEqual([...new Set(diagnostics.map(({ code }) => code))], ['lower/unsupported']);
});

test('an integer beyond 2^53 is compared exactly where no decision can equal it', (t) => {
  const { grounded } = groundHere(databaseOf(...SCHEMA), [
    onT(`check controllable_n < ${BIG} and controllable_n <> w`),
  ]);
  t.truthy(grounded);
});

test('a row whose primary key is null is refused, not taken for the missing side of a join', (t) => {
  const { diagnostics } = groundHere(
    databaseOf(
      'create table t(name text primary key, controllable_n integer check (controllable_n in (1, 2)))',
      "insert into t values (null, null), ('a', null)",
    ),
    [onT('check controllable_n = 1')],
  );
  const [error] = diagnostics;
  t.is(error?.code, 'ground/bad-argument');
  t.regex(error?.message ?? '', /primary key is null/);
});
