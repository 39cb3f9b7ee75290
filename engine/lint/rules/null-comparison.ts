import type { Expression } from '../../lang/ast.js';
import { visitExpression } from '../../lang/visit.js';
import type { Finding, Rule } from '../rule.js';

const isNull = (expression: Expression): boolean =>
  expression.kind === 'literal' && expression.type === 'null';

/** A comparison with null is neither true nor false. */
export const nullComparison: Rule = ({ cores }) =>
  cores.flatMap(({ expressions }) => {
    const found: Finding[] = [];
    for (const expression of expressions) {
      visitExpression(expression, (part) => {
        if (part.kind !== 'binary' || !['=', '!=', '<', '<=', '>', '>='].includes(part.operator)) return;
        const { left, right, operator, span } = part;
        const other = isNull(right) ? left : isNull(left) ? right : null;
        if (other === null) return;
        const test = operator === '=' ? 'is null' : operator === '!=' ? 'is not null' : null;
        const text = other.span.source.text.slice(other.span.start, other.span.end);
        found.push({
          span,
          message: `a comparison with null is never true; a check takes it for kept`,
          help: test === null ? 'compare with a value' : `write \`${test}\``,
          ...(test === null ? {} : { fix: { span, replacement: `${text} ${test}`, applicable: false } }),
        });
      });
    }
    return found;
  });
