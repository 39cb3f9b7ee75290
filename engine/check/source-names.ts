import type { Span } from '../base/source.js';
import type { FromItem, ResultColumn, Select } from '../lang/ast.js';
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

/** Where the `from` of a select names a row source by its alias; undefined for one inside a view. */
export function placeInFrom(select: Select, alias: string): Span | undefined {
  const parts = (item: FromItem): Exclude<FromItem, { kind: 'join' }>[] =>
    item.kind === 'join' ? [...parts(item.left), ...parts(item.right)] : [item];
  const { from } = select.core;
  const found = (from === null ? [] : parts(from)).find((item) => {
    const name = item.alias?.text ?? (item.kind === 'table' ? item.name.text : '');
    return name.toLowerCase() === alias.toLowerCase();
  });
  return found?.span;
}
