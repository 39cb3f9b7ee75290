import type { Expression } from '../lang/ast.js';
import type { Scope } from './scope.js';
import { resolve } from './scope.js';

/** The collation by which SQLite compares an expression, null for `binary`: a column's own, or one that is asked for. */
export function collationOf(expression: Expression, scope: Scope): string | null {
  switch (expression.kind) {
    case 'column': {
      const resolution = resolve(scope, expression);
      return resolution.kind === 'column' ? (resolution.column.collation ?? null) : null;
    }
    case 'collate': {
      const name = expression.collation.text.toLowerCase();
      return name === 'binary' ? null : name;
    }
    case 'cast':
      return collationOf(expression.operand, scope);
    case 'unary':
      return expression.operator === '+' ? collationOf(expression.operand, scope) : null;
    case 'binary':
      return expression.operator === '||'
        ? (asked(expression.left, scope) ?? asked(expression.right, scope))
        : null;
    default:
      return null;
  }
}

/** A collation asked for inside an expression reaches what stands around it; that of a column does not. */
function asked(expression: Expression, scope: Scope): string | null {
  if (expression.kind === 'column') return null;
  return collationOf(expression, scope);
}
