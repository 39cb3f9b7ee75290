import type { Diagnostic } from '../base/diagnostic.js';
import type { Span } from '../base/source.js';
import type { PolicyStatement } from '../lang/ast.js';

const contains = (outer: Span, inner: Span): boolean =>
  outer.source === inner.source && outer.start <= inner.start && inner.end <= outer.end;

/**
 * The diagnostics without those that only follow from a name that could not be resolved: what is said of the
 * meaning of an expression around it, and of columns that are not grouped where it stands in `group by`.
 */
export function withoutFollowers(
  diagnostics: readonly Diagnostic[],
  statements: readonly PolicyStatement[],
): Diagnostic[] {
  const unresolved = diagnostics.flatMap(({ code, span }) =>
    code.startsWith('bind/') && span !== undefined ? [span] : [],
  );
  if (unresolved.length === 0) return [...diagnostics];
  const ungroupable = statements.filter(({ select }) =>
    select.core.groupBy.some((key) => unresolved.some((span) => contains(key.span, span))),
  );
  return diagnostics.filter(({ code, span }) => {
    if (span === undefined || !/^(type|lower)\//.test(code)) return true;
    if (unresolved.some((name) => contains(span, name))) return false;
    return (
      code !== 'type/ungrouped-column' || !ungroupable.some((statement) => contains(statement.span, span))
    );
  });
}
