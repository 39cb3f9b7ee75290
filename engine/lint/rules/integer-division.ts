import type { Expression } from '../../lang/ast.js';
import { visitExpression } from '../../lang/visit.js';
import type { LintCore } from '../lint-core.js';
import { resolveColumn } from '../names.js';
import type { Finding, Rule } from '../rule.js';

const COUNTS = new Set(['count', 'length', 'json_array_length', 'octet_length', 'unicode', 'sign']);
const SAME_TYPE = new Set(['sum', 'min', 'max', 'abs', 'coalesce', 'ifnull']);

/** True where a value is surely an integer. */
function isInteger(core: LintCore, expression: Expression): boolean {
  switch (expression.kind) {
    case 'literal':
      return expression.type === 'integer' || expression.type === 'boolean';
    case 'column':
      return resolveColumn(core, expression)?.column.type === 'integer';
    case 'unary':
      return expression.operator === 'not' || isInteger(core, expression.operand);
    case 'binary':
      return ['+', '-', '*', '/', '%'].includes(expression.operator)
        ? isInteger(core, expression.left) && isInteger(core, expression.right)
        : !['||', '->', '->>'].includes(expression.operator);
    case 'cast':
      return /int/i.test(expression.type);
    case 'call': {
      const name = expression.name.text.toLowerCase();
      if (COUNTS.has(name)) return true;
      return (
        SAME_TYPE.has(name) &&
        expression.args.length > 0 &&
        expression.args.every((one) => isInteger(core, one))
      );
    }
    default:
      return false;
  }
}

/** Dividing integers cuts off what is left, so a bound is looser or tighter than it reads. */
export const integerDivision: Rule = ({ statement, cores }) => {
  const [own] = cores;
  const { clause } = statement;
  if (clause === null || own === undefined) return [];
  const found: Finding[] = [];
  visitExpression(clause.expression, (part) => {
    if (part.kind !== 'binary' || part.operator !== '/') return;
    if (part.left.kind === 'literal' && part.right.kind === 'literal') return;
    if (!isInteger(own, part.left) || !isInteger(own, part.right)) return;
    found.push({
      span: part.span,
      message: 'this divides integers and cuts off what is left',
      help: 'multiply the other side instead: `a <= b * c` for `a / c <= b`',
    });
  });
  return found;
};
