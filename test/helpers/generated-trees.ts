import fc from 'fast-check';
import type {
  CallExpression,
  Expression,
  FromItem,
  LiteralExpression,
  Name,
  OrderTerm,
  PolicyStatement,
  ResultColumn,
  Select,
  SelectCore,
  Window,
} from '../../engine/lang/ast.js';

const span = { source: { name: '', text: '' }, start: 0, end: 0 };

/** Names of every sort: plain ones, keywords, and what needs quotes. */
const name: fc.Arbitrary<Name> = fc
  .oneof(
    { weight: 4, arbitrary: fc.constantFrom('a', 'b', 't', 'Host_1', 'größe') },
    fc.constantFrom(
      ...'weight priority check maximize over filter match like all select not null true current_date rows partition recursive left values exists cast case indexed asc distinct first'.split(
        ' ',
      ),
    ),
    fc.constantFrom('a b', 'x"y', "it's", '', '1', '--', ']', 'a\ufeffb', '\ufeff', 'a\nb'),
    fc.string({ unit: 'binary', maxLength: 4 }),
  )
  .map((text) => ({ text, span }));

const text = fc.oneof(
  fc.constantFrom('', "'", "it''s", '--', '/*', 'a\nb'),
  fc.string({ unit: 'binary', maxLength: 5 }),
);
const literal: fc.Arbitrary<LiteralExpression> = fc
  .oneof(
    fc.tuple(fc.constant('integer' as const), fc.constantFrom('0', '12', '0x1F', '99999999999999999999')),
    fc.tuple(fc.constant('real' as const), fc.constantFrom('1.5', '.5', '5.', '1e3', '1.5E-2')),
    fc.tuple(fc.constant('text' as const), text),
    fc.tuple(fc.constant('blob' as const), fc.constantFrom('', '00ff')),
    fc.constant(['null', 'null'] as const),
    fc.tuple(fc.constant('boolean' as const), fc.constantFrom('true', 'false')),
    fc.tuple(fc.constant('clock' as const), fc.constantFrom('current_date', 'current_timestamp')),
  )
  .map(([type, meaning]) => ({ kind: 'literal', type, text: meaning, span }));

const OPERATORS =
  'and or = != < <= > >= + - * / % || -> ->> & | << >> is,is not,like,not like,glob,not glob,match,not match,regexp,not regexp'
    .split(',')
    .flatMap((part, i) => (i === 0 ? part.split(' ') : [part])) as readonly Extract<
    Expression,
    { kind: 'binary' }
  >['operator'][];

const LIKES = /^(not )?(like|glob|match|regexp)$/;
const nullable = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(arbitrary, { freq: 1, nil: null });
const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(arbitrary, { minLength: 1, maxLength: 3 });
const few = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(arbitrary, { maxLength: 2 });

type Binary = Extract<Expression, { kind: 'binary' }>;

/** What the parser makes of an operator and its sides: a comparison with null is a test for it, `escape` is for `like`. */
function binary(node: Binary): Expression {
  const { left, operator, right } = node;
  if (LIKES.test(operator)) return node;
  if ((operator === 'is' || operator === 'is not') && right.kind === 'literal' && right.type === 'null') {
    return { kind: 'nullTest', negated: operator === 'is not', operand: left, span };
  }
  return { ...node, escape: null };
}

function callOf(call: CallExpression): CallExpression {
  const args = call.star ? [] : call.args;
  const isEmpty = args.length === 0;
  return {
    ...call,
    args,
    distinct: call.distinct && !isEmpty,
    orderBy: isEmpty && !call.star ? [] : call.orderBy,
  };
}

type Trees = {
  expression: Expression;
  select: Select;
  core: SelectCore;
  from: FromItem;
  table: FromItem;
  order: OrderTerm;
  window: Window;
  call: CallExpression;
  column: ResultColumn;
};

const { expression, select } = fc.letrec<Trees>((tie) => {
  const one = tie('expression');
  const negated = fc.boolean();
  const at = { depthSize: 'small', depthIdentifier: 'tree' } as const;
  const build = <T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> => fc.record<T>(shape);
  const kind = <K extends string>(text: K): fc.Arbitrary<K> => fc.constant(text);
  const place = fc.constant(span);
  const using = fc.option(some(name), { freq: 4, nil: null });
  return {
    expression: fc.oneof(
      at,
      build<Extract<Expression, { kind: 'column' }>>({
        kind: kind('column'),
        qualifier: nullable(name),
        name,
        span: place,
      }),
      literal,
      build<Extract<Expression, { kind: 'unary' }>>({
        kind: kind('unary'),
        operator: fc.constantFrom('-', '+', '~', 'not'),
        operand: one,
        span: place,
      }),
      {
        weight: 3,
        arbitrary: build<Binary>({
          kind: kind('binary'),
          operator: fc.constantFrom(...OPERATORS),
          left: one,
          right: one,
          escape: nullable(one),
          span: place,
        }).map(binary),
      },
      build<Extract<Expression, { kind: 'between' }>>({
        kind: kind('between'),
        negated,
        operand: one,
        low: one,
        high: one,
        span: place,
      }),
      build<Extract<Expression, { kind: 'nullTest' }>>({
        kind: kind('nullTest'),
        negated,
        operand: one,
        span: place,
      }),
      build<Extract<Expression, { kind: 'inList' }>>({
        kind: kind('inList'),
        negated,
        operand: one,
        list: few(one),
        span: place,
      }),
      build<Extract<Expression, { kind: 'inSelect' }>>({
        kind: kind('inSelect'),
        negated,
        operand: one,
        select: tie('select'),
        span: place,
      }),
      build<Extract<Expression, { kind: 'exists' }>>({
        kind: kind('exists'),
        select: tie('select'),
        span: place,
      }),
      build<Extract<Expression, { kind: 'scalarSelect' }>>({
        kind: kind('scalarSelect'),
        select: tie('select'),
        span: place,
      }),
      build<Extract<Expression, { kind: 'case' }>>({
        kind: kind('case'),
        operand: nullable(one),
        branches: some(build({ when: one, then: one })),
        otherwise: nullable(one),
        span: place,
      }),
      build<Extract<Expression, { kind: 'cast' }>>({
        kind: kind('cast'),
        operand: one,
        type: fc.constantFrom('integer', 'unsigned big int', 'a  b', 'a"b', ''),
        span: place,
      }),
      build<Extract<Expression, { kind: 'collate' }>>({
        kind: kind('collate'),
        operand: one,
        collation: name,
        span: place,
      }),
      build<Extract<Expression, { kind: 'rowValue' }>>({
        kind: kind('rowValue'),
        items: fc.array(one, { minLength: 2, maxLength: 3 }),
        span: place,
      }),
      tie('call'),
    ),
    call: build<CallExpression>({
      kind: kind('call'),
      name,
      distinct: fc.boolean(),
      star: fc.boolean(),
      args: few(one),
      orderBy: few(tie('order')),
      filter: nullable(one),
      over: fc.option(fc.oneof(tie('window'), build({ kind: kind('named'), name })), { freq: 3, nil: null }),
      span: place,
    }).map(callOf),
    order: build<OrderTerm>({
      expression: one,
      descending: fc.boolean(),
      nulls: fc.constantFrom('first', 'last', null),
    }),
    window: build<Window>({
      kind: kind('window'),
      base: nullable(name),
      partitionBy: few(one),
      orderBy: few(tie('order')),
      frame: fc.constantFrom(
        null,
        'rows unbounded preceding',
        "range between ( 1 + 1 ) preceding and 'a' following",
      ),
    }),
    select: build<Select>({
      with: fc.option(
        build({
          recursive: fc.boolean(),
          tables: some(build({ name, columns: nullable(some(name)), select: tie('select') })),
        }),
        { ...at, freq: 4, nil: null },
      ),
      core: tie('core'),
      compound: fc.array(
        build({ operator: fc.constantFrom('union', 'union all', 'intersect', 'except'), core: tie('core') }),
        { ...at, maxLength: 1 },
      ),
      orderBy: few(tie('order')),
      limit: nullable(one),
      offset: nullable(one),
      span: place,
    }).map((made) => (made.limit === null ? { ...made, offset: null } : made)),
    core: fc.oneof(
      at,
      build<SelectCore>({
        distinct: fc.boolean(),
        columns: some(tie('column')),
        from: nullable(tie('from')),
        where: nullable(one),
        groupBy: few(one),
        having: nullable(one),
        values: kind('').map(() => null),
        windows: few(build({ name, window: tie('window') })),
        span: place,
      }),
      some(some(one)).map((values) => ({
        distinct: false,
        columns: [],
        from: null,
        where: null,
        groupBy: [],
        having: null,
        values,
        windows: [],
        span,
      })),
    ),
    column: fc.oneof(
      nullable(name).map((qualifier): ResultColumn => ({ kind: 'star', qualifier, span })),
      build<Extract<ResultColumn, { kind: 'expression' }>>({
        kind: kind('expression'),
        expression: one,
        alias: nullable(name),
      }),
    ),
    table: build<Extract<FromItem, { kind: 'table' }>>({
      kind: kind('table'),
      schema: nullable(name),
      name,
      alias: nullable(name),
      args: fc.option(few(one), { ...at, freq: 5, nil: null }),
      span: place,
    }),
    from: fc.oneof(
      at,
      tie('table'),
      build<Extract<FromItem, { kind: 'select' }>>({
        kind: kind('select'),
        select: tie('select'),
        alias: nullable(name),
        span: place,
      }),
      build<Extract<FromItem, { kind: 'join' }>>({
        kind: kind('join'),
        type: fc.constantFrom('inner', 'left', 'right', 'full'),
        natural: fc.boolean(),
        left: tie('from'),
        right: tie('from'),
        on: nullable(one),
        using,
        span: place,
      }).map((join) => (join.on === null ? join : { ...join, using: null })),
    ),
  };
});

/** Trees as the parser makes them, of every kind; their spans stand for nothing. */
export const generatedStatement: fc.Arbitrary<PolicyStatement> = fc.record({
  name,
  select,
  clause: nullable(
    fc
      .record({
        kind: fc.constantFrom('check' as const, 'maximize' as const, 'minimize' as const),
        expression,
        weight: nullable(fc.constantFrom('0', '2.5', '.5', '4096').map((text) => ({ text, span }))),
        priority: nullable(fc.integer({ min: -99, max: 99 }).map((value) => ({ value, span }))),
      })
      .map((clause) => (clause.kind === 'check' ? { ...clause, weight: null, priority: null } : clause)),
  ),
  span: fc.constant(span),
});
