import type { Expression, FromItem, OrderTerm, Select, SelectCore, Window } from './ast.js';

const ordered = (terms: readonly OrderTerm[]): Expression[] => terms.map(({ expression }) => expression);
const ofWindow = ({ partitionBy, orderBy }: Window): Expression[] => [...partitionBy, ...ordered(orderBy)];

/** Expressions directly inside an expression, in the order of the text; those of its select left out. */
export function partsOf(expression: Expression): readonly Expression[] {
  const some = (...parts: readonly (Expression | null)[]): Expression[] =>
    parts.filter((part) => part !== null);
  switch (expression.kind) {
    case 'literal':
    case 'column':
    case 'exists':
    case 'scalarSelect':
      return [];
    case 'unary':
    case 'nullTest':
    case 'cast':
    case 'collate':
    case 'inSelect':
      return [expression.operand];
    case 'binary':
      return some(expression.left, expression.right, expression.escape);
    case 'between':
      return [expression.operand, expression.low, expression.high];
    case 'inList':
      return [expression.operand, ...expression.list];
    case 'case':
      return some(
        expression.operand,
        ...expression.branches.flatMap(({ when, then }) => [when, then]),
        expression.otherwise,
      );
    case 'rowValue':
      return expression.items;
    case 'call': {
      const { args, orderBy, filter, over } = expression;
      return [
        ...args,
        ...ordered(orderBy),
        ...some(filter),
        ...(over?.kind === 'window' ? ofWindow(over) : []),
      ];
    }
  }
}

/** Visits an expression and all below it, before its parts; selects inside it are not entered. */
export function visitExpression(expression: Expression, visit: (part: Expression) => void): void {
  visit(expression);
  for (const part of partsOf(expression)) visitExpression(part, visit);
}

/** The select that an expression holds directly, or null. */
export function selectIn(expression: Expression): Select | null {
  const holds =
    expression.kind === 'inSelect' || expression.kind === 'exists' || expression.kind === 'scalarSelect';
  return holds ? expression.select : null;
}

/** Sources of rows in a `from`, joins taken apart, in the order of the text. */
export function fromParts(item: FromItem | null): readonly Exclude<FromItem, { kind: 'join' }>[] {
  if (item === null) return [];
  return item.kind === 'join' ? [...fromParts(item.left), ...fromParts(item.right)] : [item];
}

/** Joins of a `from`, inner ones first. */
export function joinsIn(item: FromItem | null): readonly Extract<FromItem, { kind: 'join' }>[] {
  if (item?.kind !== 'join') return [];
  return [...joinsIn(item.left), ...joinsIn(item.right), item];
}

/** Expressions that stand directly in one core of a select, in the order of the text. */
export function expressionsIn(core: SelectCore): readonly Expression[] {
  const on = joinsIn(core.from).flatMap((join) => (join.on === null ? [] : [join.on]));
  const args = fromParts(core.from).flatMap((item) => (item.kind === 'table' ? (item.args ?? []) : []));
  const some = [core.where, core.having].filter((part) => part !== null);
  return [
    ...core.columns.flatMap((column) => (column.kind === 'expression' ? [column.expression] : [])),
    ...args,
    ...on,
    ...some,
    ...core.groupBy,
    ...(core.values ?? []).flat(),
    ...core.windows.flatMap(({ window }) => ofWindow(window)),
  ];
}
