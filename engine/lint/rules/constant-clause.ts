import type { Expression, PolicyStatement } from '../../lang/ast.js';
import type { Rule } from '../rule.js';

/** The number that a piece of text without columns stands for, or null where it is not that simple. */
function constantOf(expression: Expression): number | null {
  switch (expression.kind) {
    case 'literal':
      if (expression.type === 'boolean') return expression.text === 'true' ? 1 : 0;
      return expression.type === 'integer' || expression.type === 'real' ? Number(expression.text) : null;
    case 'unary': {
      const operand = constantOf(expression.operand);
      if (operand === null || expression.operator === '~') return null;
      if (expression.operator === 'not') return operand === 0 ? 1 : 0;
      return expression.operator === '-' ? -operand : operand;
    }
    case 'binary': {
      const left = constantOf(expression.left);
      const right = constantOf(expression.right);
      return left === null || right === null ? null : combined(expression.operator, left, right);
    }
    default:
      return null;
  }
}

function combined(operator: string, left: number, right: number): number | null {
  switch (operator) {
    case '=':
      return Number(left === right);
    case '!=':
      return Number(left !== right);
    case '<':
      return Number(left < right);
    case '<=':
      return Number(left <= right);
    case '>':
      return Number(left > right);
    case '>=':
      return Number(left >= right);
    case 'and':
      return Number(left !== 0 && right !== 0);
    case 'or':
      return Number(left !== 0 || right !== 0);
    default:
      return null;
  }
}

/** True where the rows of a select may depend on more than its tables: then their number is what a constant counts. */
function choosesRows({ select: { core } }: PolicyStatement): boolean {
  return core.where !== null || core.having !== null || core.from?.kind === 'join';
}

/** A check that is true on every row forbids nothing, and a constant term of all rows ranks nothing. */
export const constantClause: Rule = ({ statement }) => {
  const { clause } = statement;
  if (clause === null) return [];
  const value = constantOf(clause.expression);
  const isCheck = clause.kind === 'check';
  // A check that is false forbids its rows, which may be meant.
  if (value === null || (isCheck ? value === 0 : choosesRows(statement))) return [];
  return [
    {
      span: clause.expression.span,
      message: isCheck ? 'this check is true on every row' : 'this term is the same on every row',
      help: 'compare columns, or drop the policy',
    },
  ];
};
