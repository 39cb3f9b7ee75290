import { printExpression } from '../../lang/print.js';
import { visitExpression } from '../../lang/visit.js';
import type { Finding, Rule } from '../rule.js';

/** Both sides of a comparison are the same: an alias was meant to be another one. */
export const selfComparison: Rule = ({ cores }) =>
  cores.flatMap(({ expressions }) => {
    const found: Finding[] = [];
    for (const expression of expressions) {
      visitExpression(expression, (part) => {
        if (part.kind !== 'binary' || !['=', '!=', '<', '<=', '>', '>='].includes(part.operator)) return;
        const { left, right, span } = part;
        if (left.kind === 'literal' || left.kind === 'scalarSelect') return;
        if (printExpression(left).toLowerCase() !== printExpression(right).toLowerCase()) return;
        found.push({
          span,
          message: 'both sides of this comparison are the same',
          help: 'compare with the column of another relation or alias',
        });
      });
    }
    return found;
  });
