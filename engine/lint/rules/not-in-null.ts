import { conjuncts } from '../../check/select-parts.js';
import type { Expression } from '../../lang/ast.js';
import type { LintCore } from '../lint-core.js';
import { visitExpression } from '../../lang/visit.js';
import { resolveColumn } from '../names.js';
import type { Rule } from '../rule.js';

const COMPARING = new Set(['=', '!=', '<', '<=', '>', '>=', 'like', 'glob']);

/** True where a condition is never true while the column is null. */
function excludesNull(condition: Expression, isColumn: (one: Expression) => boolean): boolean {
  switch (condition.kind) {
    case 'nullTest':
      return condition.negated && isColumn(condition.operand);
    case 'binary':
      return COMPARING.has(condition.operator) && (isColumn(condition.left) || isColumn(condition.right));
    case 'between':
    case 'inList':
    case 'inSelect':
      return isColumn(condition.operand);
    default:
      return false;
  }
}

function nullableOutput(core: LintCore): string | null {
  const [column, ...more] = core.core.columns;
  if (column?.kind !== 'expression' || more.length > 0 || core.select.compound.length > 0) return null;
  const { expression } = column;
  if (expression.kind !== 'column') return null;
  const found = resolveColumn(core, expression);
  if (found === null || found.depth > 0 || found.column.nullable !== true) return null;
  const isColumn = (one: Expression): boolean => {
    if (one.kind !== 'column') return false;
    const other = resolveColumn(core, one);
    return other?.column === found.column && other.source === found.source;
  };
  const { where } = core.core;
  const isKept = where !== null && conjuncts(where).some((condition) => excludesNull(condition, isColumn));
  return isKept ? null : found.column.name;
}

/** `not in` is never true once the list has a null. */
export const notInNull: Rule = ({ cores }) =>
  cores.flatMap((core) => {
    const { holder } = core;
    const negated = holder?.kind === 'inSelect' && (holder.negated || isNegated(core, holder));
    const column = negated ? nullableOutput(core) : null;
    if (column === null || holder === null) return [];
    return [
      {
        span: holder.span,
        message: `\`${column}\` may be null, and \`not in\` is never true of a list with a null`,
        help: `add \`where ${column} is not null\` to the sub-query, or write \`not exists\``,
      },
    ];
  });

/** `not x in (...)`. */
function isNegated({ parent }: LintCore, holder: Expression): boolean {
  let found = false;
  const look = (one: Expression): void => {
    if (one.kind === 'unary' && one.operator === 'not' && one.operand === holder) found = true;
  };
  for (const expression of parent?.expressions ?? []) visitExpression(expression, look);
  return found;
}
