import type { FromItem, ResultColumn } from '../lang/ast.js';
import type { NamedRelation } from './relations.js';
import type { ScopeSource } from './scope.js';

/** The name an output column has for those who read the view; '' where it has none. */
export function outputName(column: Extract<ResultColumn, { kind: 'expression' }>): string {
  if (column.alias !== null) return column.alias.text;
  return column.expression.kind === 'column' ? column.expression.name.text : '';
}

/** Lower-case names that a `using` or `natural` join makes one. */
export function sharedColumns(
  join: Extract<FromItem, { kind: 'join' }>,
  left: readonly ScopeSource[],
  right: readonly ScopeSource[],
): string[] {
  if (join.using !== null) return join.using.map((name) => name.text.toLowerCase());
  if (!join.natural) return [];
  const names = (sources: readonly ScopeSource[]): string[] =>
    sources.flatMap((source) => source.columns.map((column) => column.name.toLowerCase()));
  const onRight = new Set(names(right));
  return [...new Set(names(left))].filter((name) => onRight.has(name));
}

export function describe(relation: NamedRelation): string {
  switch (relation.kind) {
    case 'table':
      return 'a table of the database';
    case 'view':
      return 'a view of the database';
    case 'policyView':
      return 'a view of the policy set';
  }
}
