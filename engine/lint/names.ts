import type { Expression } from '../lang/ast.js';
import type { LintCore } from './lint-core.js';
import type { LintColumn, RowSource } from './row-source.js';
import { findColumn } from './row-source.js';

type ColumnExpression = Extract<Expression, { kind: 'column' }>;

/** A column of a row source, and how many selects outwards the source stands. */
export interface Resolved {
  readonly source: RowSource;
  readonly column: LintColumn;
  readonly depth: number;
}

/** What a column expression means, from the inside out; null where it is unknown, ambiguous or could be another. */
export function resolveColumn(core: LintCore, column: ColumnExpression): Resolved | null {
  let depth = 0;
  for (let at: LintCore | null = core; at !== null; at = at.parent, depth += 1) {
    const found = findColumn(at.sources, column);
    if (found !== null) return { ...found, depth };
    // What is not known could be the column's own.
    if (at.sources.some(({ columns }) => columns === null)) return null;
  }
  return null;
}

/** Lower-case names that the select list of a core gives. */
export function aliasesOf({ core }: LintCore): ReadonlySet<string> {
  return new Set(
    core.columns.flatMap((column) =>
      column.kind === 'expression' && column.alias !== null ? [column.alias.text.toLowerCase()] : [],
    ),
  );
}

/** True where an expression is a decision, as far as names tell. */
export function isDecision(core: LintCore, expression: Expression): boolean {
  return expression.kind === 'column' && resolveColumn(core, expression)?.column.decision === true;
}
