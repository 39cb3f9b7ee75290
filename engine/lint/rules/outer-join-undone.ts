import { conjuncts } from '../../check/select-parts.js';
import type { Expression } from '../../lang/ast.js';
import { fromParts, joinsIn } from '../../lang/visit.js';
import { resolveColumn } from '../names.js';
import type { Rule } from '../rule.js';

const COMPARING = new Set(['=', '!=', '<', '<=', '>', '>=', 'like', 'glob']);

/** Columns that a condition compares directly: where one of them is null, it is not true. */
function compared(condition: Expression): Expression[] {
  if (condition.kind === 'binary' && COMPARING.has(condition.operator))
    return [condition.left, condition.right];
  if (condition.kind === 'between' || condition.kind === 'inList' || condition.kind === 'inSelect')
    return [condition.operand];
  return condition.kind === 'nullTest' && condition.negated ? [condition.operand] : [];
}

/** A `left join` whose missing side `where` compares: the rows it would add are filtered out again. */
export const outerJoinUndone: Rule = ({ cores }) =>
  cores.flatMap((core) => {
    const { from, where } = core.core;
    if (where === null) return [];
    const optional = new Set(
      joinsIn(from).flatMap((join) => (join.type === 'left' ? fromParts(join.right) : [])),
    );
    return conjuncts(where).flatMap((condition) =>
      compared(condition).flatMap((one) => {
        const found = one.kind === 'column' ? resolveColumn(core, one) : null;
        if (found === null || found.depth > 0 || !optional.has(found.source.item)) return [];
        return [
          {
            span: condition.span,
            message: `this condition drops the rows that the left join of \`${found.source.alias}\` keeps`,
            notes: [{ message: 'the join is here', span: found.source.item.span }],
            help: 'move the condition to `on`, or write an inner join',
          },
        ];
      }),
    );
  });
