import type { Expression } from '../../lang/ast.js';
import { partsOf } from '../../lang/visit.js';
import type { Finding, Rule } from '../rule.js';

/** True where a node's own parentheses belong to its span. */
function isParenthesised(expression: Expression): boolean {
  const [first] = partsOf(expression);
  return first !== undefined && expression.span.start < first.span.start;
}

const isLogic = (expression: Expression, operator: 'and' | 'or'): boolean =>
  expression.kind === 'binary' && expression.operator === operator;

/** `a or b and c` means `a or (b and c)`, which not every reader knows. */
export const mixedLogic: Rule = ({ cores }) =>
  cores.flatMap(({ expressions }) => {
    const found: Finding[] = [];
    const look = (expression: Expression): void => {
      for (const part of partsOf(expression)) {
        if (isLogic(expression, 'or') && isLogic(part, 'and') && !isParenthesised(part)) {
          const { span } = part;
          const text = span.source.text.slice(span.start, span.end);
          found.push({
            span,
            message: '`and` binds tighter than the `or` beside it',
            help: 'say so with parentheses',
            fix: { span, replacement: `(${text})`, applicable: true },
          });
        }
        look(part);
      }
    };
    expressions.forEach(look);
    return found;
  });
