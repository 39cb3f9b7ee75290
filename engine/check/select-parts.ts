import type { Expression, SelectCore } from '../lang/ast.js';

/** Operands of a top-level `and` chain. */
export function conjuncts(expression: Expression): Expression[] {
  if (expression.kind === 'binary' && expression.operator === 'and') {
    return [...conjuncts(expression.left), ...conjuncts(expression.right)];
  }
  return [expression];
}

/** Expressions of the select list. */
export function outputExpressions(core: SelectCore): Expression[] {
  return core.columns.flatMap((column) => (column.kind === 'expression' ? [column.expression] : []));
}
