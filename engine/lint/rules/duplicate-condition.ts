import type { Span } from '../../base/source.js';
import type { Expression } from '../../lang/ast.js';
import { printExpression } from '../../lang/print.js';
import { chainsOf } from '../conjuncts.js';
import type { Finding, Rule } from '../rule.js';

/** The condition and the `and` before it, where nothing else stands between. */
function withAnd(before: Expression, { span }: Expression): Span | null {
  const start = before.span.end;
  return /^\s+and\s+$/i.test(span.source.text.slice(start, span.start)) ? { ...span, start } : null;
}

/** A condition that its own chain of `and` has already: one of the two was to be another. */
export const duplicateCondition: Rule = (own) =>
  own.cores.flatMap((core) =>
    chainsOf(core, own).flatMap((chain) => {
      const seen = new Map<string, Expression>();
      return chain.flatMap((condition, i): Finding[] => {
        const text = printExpression(condition).toLowerCase();
        const earlier = seen.get(text);
        seen.set(text, condition);
        const before = chain[i - 1];
        if (earlier === undefined || before === undefined) return [];
        const span = withAnd(before, condition);
        return [
          {
            span: condition.span,
            message: 'this condition stands here already',
            notes: [{ message: 'the first one is here', span: earlier.span }],
            help: 'drop it, or correct the column that was meant',
            ...(span === null ? {} : { fix: { span, replacement: '', applicable: true } }),
          },
        ];
      });
    }),
  );
