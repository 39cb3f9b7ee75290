import type {
  CallExpression,
  Expression,
  FromItem,
  LiteralExpression,
  OrderTerm,
  PolicyStatement,
  ResultColumn,
  Select,
  SelectCore,
  Window,
} from './ast.js';
import { printFunctionName, printName, printType } from './print-name.js';

type Binary = Extract<Expression, { kind: 'binary' }>;

/** How tight an expression binds, as SQLite has it; a looser one inside a tighter one takes parentheses. */
const TIGHTNESS = { or: 1, and: 2, not: 3, equality: 4, collate: 10, sign: 11, primary: 12 } as const;

const OPERATOR_TIGHTNESS: Readonly<Partial<Record<Binary['operator'], number>>> = {
  or: TIGHTNESS.or,
  and: TIGHTNESS.and,
  '<': 5,
  '<=': 5,
  '>': 5,
  '>=': 5,
  '&': 6,
  '|': 6,
  '<<': 6,
  '>>': 6,
  '+': 7,
  '-': 7,
  '*': 8,
  '/': 8,
  '%': 8,
  '||': 9,
  '->': 9,
  '->>': 9,
};

function tightness(expression: Expression): number {
  switch (expression.kind) {
    case 'unary':
      return expression.operator === 'not' ? TIGHTNESS.not : TIGHTNESS.sign;
    case 'binary':
      return OPERATOR_TIGHTNESS[expression.operator] ?? TIGHTNESS.equality;
    case 'between':
    case 'nullTest':
    case 'inList':
    case 'inSelect':
      return TIGHTNESS.equality;
    case 'collate':
      return TIGHTNESS.collate;
    default:
      return TIGHTNESS.primary;
  }
}

/** An expression, in parentheses where it binds looser than `least`. */
function atLeast(least: number, expression: Expression): string {
  const text = printExpression(expression);
  return tightness(expression) < least ? `(${text})` : text;
}

const list = (items: readonly Expression[]): string => items.map(printExpression).join(', ');
const inner = (select: Select): string => `(${printSelect(select)})`;

/** SQL of an expression on one line. Parsing it gives the same tree again, apart from spans. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return literal(expression);
    case 'column': {
      const { qualifier, name } = expression;
      return qualifier === null ? printName(name) : `${printName(qualifier)}.${printName(name)}`;
    }
    case 'unary': {
      const { operator } = expression;
      const operand = atLeast(tightness(expression), expression.operand);
      // Two minus signs in a row would begin a comment.
      return operator === 'not' || operand.startsWith('-') ? `${operator} ${operand}` : operator + operand;
    }
    case 'binary': {
      const own = tightness(expression);
      const { left, operator, right, escape } = expression;
      const text = `${atLeast(own, left)} ${operator} ${atLeast(own + 1, right)}`;
      return escape === null ? text : `${text} escape ${atLeast(own + 1, escape)}`;
    }
    case 'between': {
      const low = atLeast(TIGHTNESS.equality + 1, expression.low);
      const high = atLeast(TIGHTNESS.equality + 1, expression.high);
      return `${tested(expression)}between ${low} and ${high}`;
    }
    case 'nullTest': {
      const { operand, negated } = expression;
      return `${atLeast(TIGHTNESS.equality, operand)} is ${negated ? 'not ' : ''}null`;
    }
    case 'inList':
      return `${tested(expression)}in (${list(expression.list)})`;
    case 'inSelect':
      return `${tested(expression)}in ${inner(expression.select)}`;
    case 'exists':
      return `exists ${inner(expression.select)}`;
    case 'scalarSelect':
      return inner(expression.select);
    case 'case': {
      const { operand, branches, otherwise } = expression;
      const whens = branches.map(
        ({ when, then }) => `when ${printExpression(when)} then ${printExpression(then)}`,
      );
      const start = operand === null ? [] : [printExpression(operand)];
      const end = otherwise === null ? [] : [`else ${printExpression(otherwise)}`];
      return ['case', ...start, ...whens, ...end, 'end'].join(' ');
    }
    case 'cast':
      return `cast(${printExpression(expression.operand)} as ${printType(expression.type)})`;
    case 'collate': {
      const { operand, collation } = expression;
      return `${atLeast(TIGHTNESS.collate, operand)} collate ${printName(collation)}`;
    }
    case 'rowValue':
      return `(${list(expression.items)})`;
    case 'call':
      return call(expression);
  }
}

/** `a ` or `a not `, before `between` and `in`. */
function tested({ operand, negated }: { readonly operand: Expression; readonly negated: boolean }): string {
  return `${atLeast(TIGHTNESS.equality, operand)} ${negated ? 'not ' : ''}`;
}

function literal({ type, text }: LiteralExpression): string {
  const escaped = text.replaceAll("'", "''");
  return type === 'text' ? `'${escaped}'` : type === 'blob' ? `x'${escaped}'` : text;
}

function call({ name, distinct, star, args, orderBy, filter, over }: CallExpression): string {
  const given = star ? '*' : `${distinct ? 'distinct ' : ''}${list(args)}`;
  const order = orderBy.length === 0 ? '' : ` order by ${orderTerms(orderBy)}`;
  const parts = [`${printFunctionName(name)}(${given}${order})`];
  if (filter !== null) parts.push(`filter (where ${printExpression(filter)})`);
  if (over !== null) parts.push(`over ${over.kind === 'named' ? printName(over.name) : window(over)}`);
  return parts.join(' ');
}

function window({ base, partitionBy, orderBy, frame }: Window): string {
  const parts: string[] = [];
  if (base !== null) parts.push(printName(base));
  if (partitionBy.length > 0) parts.push(`partition by ${list(partitionBy)}`);
  if (orderBy.length > 0) parts.push(`order by ${orderTerms(orderBy)}`);
  if (frame !== null) parts.push(frame);
  return `(${parts.join(' ')})`;
}

function orderTerms(terms: readonly OrderTerm[]): string {
  return terms
    .map(({ expression, descending, nulls }) => {
      const text = `${printExpression(expression)}${descending ? ' desc' : ''}`;
      return nulls === null ? text : `${text} nulls ${nulls}`;
    })
    .join(', ');
}

/** SQL of a select on one line. */
export function printSelect(select: Select): string {
  const { core, compound, orderBy, limit, offset } = select;
  const parts: string[] = [];
  if (select.with !== null) {
    const { recursive, tables } = select.with;
    const common = tables.map(({ name, columns, select: rows }) => {
      const names = columns === null ? '' : `(${columns.map(printName).join(', ')})`;
      return `${printName(name)}${names} as ${inner(rows)}`;
    });
    parts.push(`with ${recursive ? 'recursive ' : ''}${common.join(', ')}`);
  }
  parts.push(selectCore(core));
  for (const { operator, core: next } of compound) parts.push(`${operator} ${selectCore(next)}`);
  if (orderBy.length > 0) parts.push(`order by ${orderTerms(orderBy)}`);
  if (limit !== null) parts.push(`limit ${printExpression(limit)}`);
  if (offset !== null) parts.push(`offset ${printExpression(offset)}`);
  return parts.join(' ');
}

function selectCore(core: SelectCore): string {
  if (core.values !== null) return `values ${core.values.map((row) => `(${list(row)})`).join(', ')}`;
  const { distinct, columns, from, where, groupBy, having, windows } = core;
  const parts = [`select ${distinct ? 'distinct ' : ''}${columns.map(resultColumn).join(', ')}`];
  if (from !== null) parts.push(`from ${fromItem(from)}`);
  if (where !== null) parts.push(`where ${printExpression(where)}`);
  if (groupBy.length > 0) parts.push(`group by ${list(groupBy)}`);
  if (having !== null) parts.push(`having ${printExpression(having)}`);
  if (windows.length > 0) {
    const declared = windows.map((one) => `${printName(one.name)} as ${window(one.window)}`);
    parts.push(`window ${declared.join(', ')}`);
  }
  return parts.join(' ');
}

function resultColumn(column: ResultColumn): string {
  if (column.kind === 'star') return column.qualifier === null ? '*' : `${printName(column.qualifier)}.*`;
  return `${printExpression(column.expression)}${alias(column)}`;
}

function alias({ alias: name }: { readonly alias: { readonly text: string } | null }): string {
  return name === null ? '' : ` as ${printName(name)}`;
}

function fromItem(item: FromItem): string {
  switch (item.kind) {
    case 'table': {
      const schema = item.schema === null ? '' : `${printName(item.schema)}.`;
      const args = item.args === null ? '' : `(${list(item.args)})`;
      return `${schema}${printName(item.name)}${args}${alias(item)}`;
    }
    case 'select':
      return `${inner(item.select)}${alias(item)}`;
    case 'join': {
      const { type, natural, left, right, on, using } = item;
      const operator = `${natural ? 'natural ' : ''}${type === 'inner' ? '' : `${type} `}join`;
      // Joins are read from left to right.
      const second = right.kind === 'join' ? `(${fromItem(right)})` : fromItem(right);
      const condition =
        on !== null
          ? ` on ${printExpression(on)}`
          : using !== null
            ? ` using (${using.map(printName).join(', ')})`
            : '';
      return `${fromItem(left)} ${operator} ${second}${condition}`;
    }
  }
}

/** SQL of a statement on one line, without its semicolon. */
export function printStatement({ name, select, clause }: PolicyStatement): string {
  const parts = [
    `create ${clause === null ? 'view' : 'constraint'} ${printName(name)} as`,
    printSelect(select),
  ];
  if (clause !== null) {
    const { kind, expression, weight, priority } = clause;
    parts.push(`${kind} ${printExpression(expression)}`);
    if (weight !== null) parts.push(`weight ${weight.text}`);
    if (priority !== null) parts.push(`priority ${priority.value}`);
  }
  return parts.join(' ');
}

/** A policy file with the same meaning: one line for each statement, comments left out. */
export function printPolicies(statements: readonly PolicyStatement[]): string {
  return statements.map((statement) => `${printStatement(statement)};\n`).join('');
}
