import test from 'ava';
import { textOf } from '../../engine/base/source.js';
import type { Expression, PolicyStatement, Select } from '../../engine/lang/ast.js';
import { parsePolicies } from '../../engine/lang/parser.js';

const parse = (text: string): ReturnType<typeof parsePolicies> => parsePolicies({ name: 'x.sql', text });

function statement(text: string): PolicyStatement {
  const { statements, diagnostics } = parse(text);
  if (diagnostics.length > 0 || statements.length !== 1) {
    throw new Error(`${text}: ${diagnostics.map(({ message }) => message).join('; ')}`);
  }
  return statements[0] as PolicyStatement;
}

/** An expression with every level in brackets. */
function shape(expression: Expression): string {
  const all = (items: readonly Expression[]): string => items.map(shape).join(' ');
  switch (expression.kind) {
    case 'literal':
      return expression.type === 'text' ? `'${expression.text}'` : expression.text;
    case 'column':
      return expression.qualifier === null
        ? expression.name.text
        : `${expression.qualifier.text}.${expression.name.text}`;
    case 'unary':
      return `[${expression.operator} ${shape(expression.operand)}]`;
    case 'binary': {
      const escape = expression.escape === null ? '' : ` escape ${shape(expression.escape)}`;
      return `[${shape(expression.left)} ${expression.operator} ${shape(expression.right)}${escape}]`;
    }
    case 'between':
      return `[${expression.negated ? 'not ' : ''}between ${all([expression.operand, expression.low, expression.high])}]`;
    case 'nullTest':
      return `[${shape(expression.operand)} ${expression.negated ? 'not null' : 'null'}]`;
    case 'inList':
      return `[${expression.negated ? 'not ' : ''}in ${all([expression.operand, ...expression.list])}]`;
    case 'inSelect':
      return `[${expression.negated ? 'not ' : ''}in ${shape(expression.operand)} {${textOf(expression.select.span)}}]`;
    case 'exists':
      return `[exists {${textOf(expression.select.span)}}]`;
    case 'scalarSelect':
      return `{${textOf(expression.select.span)}}`;
    case 'case': {
      const branches = expression.branches
        .map(({ when, then }) => ` when ${shape(when)} then ${shape(then)}`)
        .join('');
      const operand = expression.operand === null ? '' : ` ${shape(expression.operand)}`;
      const otherwise = expression.otherwise === null ? '' : ` else ${shape(expression.otherwise)}`;
      return `[case${operand}${branches}${otherwise}]`;
    }
    case 'cast':
      return `[cast ${shape(expression.operand)} ${expression.type}]`;
    case 'collate':
      return `[${shape(expression.operand)} collate ${expression.collation.text}]`;
    case 'rowValue':
      return `<${all(expression.items)}>`;
    case 'call': {
      const parts = [
        expression.star ? '*' : '',
        expression.distinct ? 'distinct' : '',
        ...expression.args.map(shape),
        expression.filter === null ? '' : `filter ${shape(expression.filter)}`,
        expression.over === null ? '' : 'over',
      ];
      return `${expression.name.text}(${parts.filter((part) => part !== '').join(' ')})`;
    }
  }
}

function clause(text: string): string {
  const { clause: found } = statement(`create constraint c as select * from t check ${text}`);
  return found === null ? '' : shape(found.expression);
}

/** What binds tighter, as SQLite has it. */
const PRECEDENCE: readonly (readonly [text: string, shape: string])[] = [
  ['a or b and c', '[a or [b and c]]'],
  ['a and b or c', '[[a and b] or c]'],
  ['not a and b', '[[not a] and b]'],
  ['not a = b', '[not [a = b]]'],
  ['not not a', '[not [not a]]'],
  ['a = not b and c', '[[a = [not b]] and c]'],
  ['a + not b = c', '[a + [not [b = c]]]'],
  ['a = b = c', '[[a = b] = c]'],
  ['a == b <> c', '[[a = b] != c]'],
  ['a = b < c', '[a = [b < c]]'],
  ['a < b <= c', '[[a < b] <= c]'],
  ['a < b & c', '[a < [b & c]]'],
  ['a & b << c | d', '[[[a & b] << c] | d]'],
  ['a << b + c', '[a << [b + c]]'],
  ['a + b * c', '[a + [b * c]]'],
  ['a * b + c', '[[a * b] + c]'],
  ['a - b - c', '[[a - b] - c]'],
  ['a / b % c', '[[a / b] % c]'],
  ['a * b || c', '[a * [b || c]]'],
  ["a -> '$.x' ->> 'y'", "[[a -> '$.x'] ->> 'y']"],
  ['- a * b', '[[- a] * b]'],
  ['- a || b', '[[- a] || b]'],
  ['~ - + a', '[~ [- [+ a]]]'],
  ['a collate nocase = b', '[[a collate nocase] = b]'],
  ['- a collate nocase', '[[- a] collate nocase]'],
  ['a between b and c and d', '[[between a b c] and d]'],
  ['a not between b + 1 and c * 2 or d', '[[not between a [b + 1] [c * 2]] or d]'],
  ['a between b and c = d', '[[between a b c] = d]'],
  ['not a in (1)', '[not [in a 1]]'],
  ['a not in (1, 2) and b', '[[not in a 1 2] and b]'],
  ['a in () or b', '[[in a] or b]'],
  ['a + 1 in (b)', '[in [a + 1] b]'],
  ['a is null and b', '[[a null] and b]'],
  ['a is not null', '[a not null]'],
  ['a isnull = b notnull', '[[[a null] = b] not null]'],
  ['a not null', '[a not null]'],
  ['a is b is not c', '[[a is b] is not c]'],
  ['a is distinct from b', '[a is not b]'],
  ['a is not distinct from b', '[a is b]'],
  ["a like 'x%' escape '\\' and b", "[[a like 'x%' escape '\\'] and b]"],
  ["a not like b || 'c'", "[a not like [b || 'c']]"],
  ["a glob 'x' or b not glob 'y'", "[[a glob 'x'] or [b not glob 'y']]"],
  ['(a or b) and c', '[[a or b] and c]'],
  ['((a))', 'a'],
  ['(a, b) = (1, 2)', '[<a b> = <1 2>]'],
  ['not exists (select 1 from t) and a', '[[not [exists {select 1 from t}]] and a]'],
  ['a in (select b from t) = 1', '[[in a {select b from t}] = 1]'],
  ['a in t', '[in a {t}]'],
  ['a not in main.t and b', '[[not in a {main.t}] and b]'],
  ["a in json_each('[]')", "[in a {json_each('[]')}]"],
  ['a = (select max(b) from t)', '[a = {select max(b) from t}]'],
  ['case when a then b else c end + 1', '[[case when a then b else c] + 1]'],
  ['case a when 1 then 2 when 3 then 4 end', '[case a when 1 then 2 when 3 then 4]'],
  ['cast(a as decimal(10, 2)) = 1', '[[cast a decimal] = 1]'],
  ['cast(a as unsigned big int)', '[cast a unsigned big int]'],
  ['count(*) filter (where a) > 1', '[count(* filter a) > 1]'],
  ['count(distinct a)', 'count(distinct a)'],
  ["group_concat(a, ',' order by b desc nulls last)", "group_concat(a ',')"],
  ['sum(a) over (partition by b order by c rows between (1 + 1) preceding and current row)', 'sum(a over)'],
  ['row_number() over w', 'row_number(over)'],
  ['all(a) and any(b) and all_different(c)', '[[all(a) and any(b)] and all_different(c)]'],
  ['like(a, b) and glob(a, b)', '[like(a b) and glob(a b)]'],
  ['true and not false or null', '[[true and [not false]] or null]'],
  ['current_date < current_timestamp', '[current_date < current_timestamp]'],
  ['t.a = main.t.a and "T"."A" = [t].`a`', '[[t.a = t.a] and [T.A = t.a]]'],
  ["x'00ff' = 0x1F", '[00ff = 0x1F]'],
  ['check = weight and priority = maximize', '[[check = weight] and [priority = maximize]]'],
  ['t.check + t.minimize', '[t.check + t.minimize]'],
];

for (const [text, expected] of PRECEDENCE) {
  test(`\`${text}\` means ${expected}`, (t) => {
    t.is(clause(text), expected);
  });
}

/** Text that SQLite evaluates; it must be read whole, so that the policy may hold it. */
const SELECTS: readonly string[] = [
  'select * from t',
  'select t.*, a as b, c d from t as u',
  'select distinct a from t where a > 1 group by a, b having count(*) > 1 order by a desc, 2 limit 3 offset 1',
  'select all a from t limit 1, 2',
  'select a from t union select b from u union all select c from v intersect select d from w except values (1), (2)',
  'with n(v) as (values (1) union all select v + 1 from n where v < 9), m as materialized (select 1) select * from n, m',
  'with recursive n as not materialized (select 1 as v) select v from n',
  'select sum(a) over w, rank() over (order by a) from t window w as (partition by b order by c), x as (w)',
  'select * from a join b on a.x = b.x left outer join c using (x, y) natural join d cross join e',
  'select * from a right join b on 1 full outer join c on 2 natural left join d',
  'select * from (a join b on 1) join (c)',
  'select * from (select 1 as x) as s, (values (1, 2)) v',
  "select * from json_each('[1]') as j, main.t indexed by i, u not indexed",
  'select "a b" as [c d], `e` from "t t"',
  'select a /* of b */ from t -- of t\n where /* nothing */ 1',
  'select weight, priority from t weight_table',
  'select check, maximize, minimize, filter, over from t',
];

for (const select of SELECTS) {
  test(`a select is read whole: ${select}`, (t) => {
    const { select: found, clause: check } = statement(`create constraint c as ${select} check 1`);
    t.is(textOf(found.span), select);
    t.is(check?.kind, 'check');
  });
}

const CLAUSES: readonly (readonly [
  text: string,
  kind: string,
  weight: string | null,
  priority: number | null,
])[] = [
  ['check a', 'check', null, null],
  ['maximize a', 'maximize', null, null],
  ['MINIMIZE a WEIGHT 2.5', 'minimize', '2.5', null],
  ['maximize a priority 3', 'maximize', null, 3],
  ['maximize a weight 0 priority -2', 'maximize', '0', -2],
  ['maximize a priority 1 weight .5', 'maximize', '.5', 1],
  ['maximize weight weight 3 priority 4', 'maximize', '3', 4],
  ['minimize priority priority 7', 'minimize', null, 7],
];

for (const [text, kind, weight, priority] of CLAUSES) {
  test(`a clause: ${text}`, (t) => {
    const { clause: found } = statement(`create constraint c as select * from t ${text};`);
    t.is(found?.kind, kind as never);
    t.is(found?.weight?.text ?? null, weight);
    t.is(found?.priority?.value ?? null, priority);
  });
}

test('a statement given alone may omit the semicolon, and empty statements count for nothing', (t) => {
  const { statements, diagnostics } = parse(
    ';; create view v as select 1 from t;; create constraint c as select * from v check 1',
  );
  t.deepEqual(diagnostics, []);
  t.deepEqual(
    statements.map(({ name, clause: found }) => `${name.text} ${found?.kind ?? 'view'}`),
    ['v view', 'c check'],
  );
});

test('every node of a statement stands for its own text', (t) => {
  const text =
    "create constraint c as select a.x as y, sum(b) from t as a join (select 1 as b from u) as s on (a.k = s.b) where not (a.x in (1, 'z')) group by a.x having count(*) > 0 check (a.x + 1) * 2 between 3 and 4 or exists (select 1 from v)";
  const { select, clause: check, span } = statement(text);
  t.is(textOf(span), text);
  const texts: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('kind' in value && 'span' in value) texts.push(textOf((value as Expression).span));
    for (const [name, inner] of Object.entries(value)) if (name !== 'span') visit(inner);
  };
  visit(select satisfies Select);
  visit(check);
  for (const one of [
    'a.x',
    'sum(b)',
    't as a',
    '(select 1 as b from u) as s',
    't as a join (select 1 as b from u) as s on (a.k = s.b)',
    '(a.k = s.b)',
    "not (a.x in (1, 'z'))",
    "(a.x in (1, 'z'))",
    "'z'",
    'count(*) > 0',
    '(a.x + 1) * 2 between 3 and 4',
    '(a.x + 1)',
    'exists (select 1 from v)',
  ]) {
    t.true(texts.includes(one), one);
  }
});

/** One error each: its code and the text under the carets. */
const ERRORS: readonly (readonly [text: string, code: string, underlined: string, help?: string])[] = [
  [
    'creat constraint c as select * from t check 1',
    'parse/unexpected-token',
    'creat',
    'did you mean `create`?',
  ],
  [
    'create constrain c as select * from t check 1',
    'parse/unexpected-token',
    'constrain',
    'did you mean `constraint`?',
  ],
  ['create constraint as select * from t check 1', 'parse/unexpected-token', 'as'],
  ['create constraint c select * from t check 1', 'parse/unexpected-token', 'select'],
  [
    'create constraint c as selec * from t check 1',
    'parse/unexpected-token',
    'selec',
    'did you mean `select`?',
  ],
  ['create constraint c as select * frm t check 1', 'parse/unexpected-token', 'frm', 'did you mean `from`?'],
  [
    'create constraint c as select * from t chek 1',
    'parse/unexpected-token',
    'chek',
    'did you mean `check`?',
  ],
  [
    'create constraint c as select * from t as u chek u.a',
    'parse/unexpected-token',
    'chek',
    'did you mean `check`?',
  ],
  ['create constraint c as select * from t check', 'parse/unexpected-token', ''],
  ['create constraint c as select * from t check a +', 'parse/unexpected-token', ''],
  ['create constraint c as select * from t check (a', 'parse/unexpected-token', ''],
  ['create constraint c as select * from t check a)', 'parse/unexpected-token', ')'],
  ['create constraint c as select * from t check a = ?', 'parse/unexpected-token', '?'],
  ['create constraint c as select * from t check a = :x', 'parse/unexpected-token', ':x'],
  ['create constraint c as select * from where check 1', 'parse/unexpected-token', 'where'],
  ['create constraint c as select , from t check 1', 'parse/unexpected-token', ','],
  ['create constraint c as select * from t check case end', 'parse/unexpected-token', 'end'],
  ['create constraint c as select * from t check case when 1 end', 'parse/unexpected-token', 'end'],
  ['create constraint c as select * from t check 1 weight 2', 'parse/unexpected-token', 'weight'],
  ['create constraint c as select * from t check 1 priority 2', 'parse/unexpected-token', 'priority'],
  ['create constraint c as select * from t maximize 1 weight -2', 'parse/unexpected-token', '-'],
  ['create constraint c as select * from t maximize 1 weight a', 'parse/unexpected-token', 'a'],
  ['create constraint c as select * from t maximize 1 priority 1.5', 'parse/unexpected-token', '1.5'],
  ['create constraint c as select * from t maximize 1 weight 1 weight 2', 'parse/unexpected-token', 'weight'],
  ['create view v as select * from t check 1', 'parse/unexpected-token', 'check'],
  ['create constraint c as select * from t check 1 maximize 2', 'parse/unexpected-token', 'maximize'],
  ['select * from t', 'parse/unexpected-token', 'select'],
  ['insert into t values (1)', 'parse/not-a-policy', 'insert'],
  ['update t set a = 1', 'parse/not-a-policy', 'update'],
  ['delete from t', 'parse/not-a-policy', 'delete'],
  ['drop table t', 'parse/not-a-policy', 'drop'],
  ['pragma foreign_keys = off', 'parse/not-a-policy', 'pragma'],
  ["attach 'x' as y", 'parse/not-a-policy', 'attach'],
  ['vacuum', 'parse/not-a-policy', 'vacuum'],
  ['create table t(a)', 'parse/not-a-policy', 'table'],
  ['create trigger x after insert on t begin select 1; end', 'parse/not-a-policy', 'trigger'],
  ['create constraint c as delete from t check 1', 'parse/unexpected-token', 'delete'],
  ['create constraint c as with x as (delete from t) select 1 check 1', 'parse/unexpected-token', 'delete'],
];

for (const [text, code, underlined, help] of ERRORS) {
  test(`\`${text}\` is refused at ${JSON.stringify(underlined)}`, (t) => {
    const { diagnostics } = parse(text);
    const [diagnostic] = diagnostics;
    t.is(diagnostic?.code, code as never);
    t.is(diagnostic?.span && textOf(diagnostic.span), underlined);
    if (help !== undefined) t.is(diagnostic?.help, help);
  });
}

test('every broken statement of a file is reported, and the whole ones are kept', (t) => {
  const { statements, diagnostics } = parse(
    [
      'create constraint a as select * from t check 1;',
      'create constraint b as select * frm t check 1;',
      'create constraint c as select * from t check (2;',
      'insert into t values (1);',
      "create constraint d as select * from t check 'x;y' = 1;",
      'create constraint e as select * from t check 1 +;',
      'create constraint f as select * from t maximize 2',
    ].join('\n'),
  );
  t.deepEqual(
    statements.map(({ name }) => name.text),
    ['a', 'd', 'f'],
  );
  t.deepEqual(
    diagnostics.map(({ span }) => span && textOf(span)),
    ['frm', ';', 'insert', ';'],
  );
});

test('text nested too deep is refused instead of exhausting the stack', (t) => {
  const deep: readonly (readonly [string, string])[] = [
    ['(', ')'],
    ['not ', ''],
    ['- ', ''],
    ['exists (select 1 from t where ', ')'],
    ['abs(', ')'],
    ['case when ', ' then 1 end'],
    ['1 in (', ')'],
    ['(select ', ')'],
  ];
  for (const [open, close] of deep) {
    const { diagnostics } = parse(
      `create constraint c as select * from t check ${open.repeat(20_000)}1${close.repeat(20_000)}`,
    );
    t.is(diagnostics[0]?.code, 'parse/unexpected-token', open);
    t.regex(diagnostics[0]?.message ?? '', /deeper than|more than/, open);
  }
  for (const link of [' or a', ' and a', ' + a', ' * a', ' || a', ' = a', ' collate binary', ' is null']) {
    const { diagnostics } = parse(`create constraint c as select * from t check a${link.repeat(20_000)}`);
    t.regex(diagnostics[0]?.message ?? '', /more than 1000 levels/, link);
  }
  const joins = parse(`create constraint c as select * from t${', t'.repeat(20_000)} check 1`);
  t.regex(joins.diagnostics[0]?.message ?? '', /more than 64 tables/);
});

test('chains and lists of a sensible length are read', (t) => {
  for (const text of [
    `a${' or a'.repeat(900)}`,
    `a in (${Array.from({ length: 50_000 }, (_one, i) => i).join(', ')})`,
    `${'('.repeat(200)}a${')'.repeat(200)}`,
  ]) {
    t.deepEqual(parse(`create constraint c as select * from t check ${text}`).diagnostics, []);
  }
});

test('keywords are told by all their letters, in any case', (t) => {
  const { select } = statement(
    'CREATE CONSTRAINT c AS SeLeCt seleCd, fron, caſe, asx FROM t WHERE nul IS NOT NULL CHECK 1',
  );
  t.deepEqual(
    select.core.columns.map((column) => column.kind === 'expression' && shape(column.expression)),
    ['seleCd', 'fron', 'caſe', 'asx'],
  );
  t.is(select.core.where && shape(select.core.where), '[nul not null]');
});
