import type { Expression, LiteralExpression } from '../../lang/ast.js';
import { visitExpression } from '../../lang/visit.js';
import { isDecision } from '../names.js';
import type { Finding, Rule } from '../rule.js';

const COMPARISONS = new Set(['=', '!=', '<', '<=', '>', '>=']);

function realLiteral(expression: Expression): LiteralExpression | null {
  return expression.kind === 'literal' && expression.type === 'real' ? expression : null;
}

/** Decisions are integers: a real beside one is a typing slip, or rounds in the reader's head only. */
export const realDecision: Rule = ({ cores }) =>
  cores.flatMap((core) => {
    const found: Finding[] = [];
    const add = (literal: LiteralExpression, decision: Expression): void => {
      const value = Number(literal.text.replaceAll('_', ''));
      const whole = Number.isSafeInteger(value);
      const { span } = decision;
      found.push({
        span: literal.span,
        message: `the decision \`${span.source.text.slice(span.start, span.end)}\` is an integer, \`${literal.text}\` is a real`,
        help: whole ? `write \`${value}\`` : 'compare with an integer',
        ...(whole ? { fix: { span: literal.span, replacement: String(value), applicable: true } } : {}),
      });
    };
    for (const expression of core.expressions) {
      visitExpression(expression, (part) => {
        if (part.kind === 'binary' && COMPARISONS.has(part.operator)) {
          const right = realLiteral(part.right);
          const left = realLiteral(part.left);
          if (right !== null && isDecision(core, part.left)) add(right, part.left);
          if (left !== null && isDecision(core, part.right)) add(left, part.right);
        } else if (part.kind === 'between' || part.kind === 'inList') {
          if (!isDecision(core, part.operand)) return;
          for (const item of part.kind === 'between' ? [part.low, part.high] : part.list) {
            const literal = realLiteral(item);
            if (literal !== null) add(literal, part.operand);
          }
        }
      });
    }
    return found;
  });
