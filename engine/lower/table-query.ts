import type { Relation } from '../catalog/catalog.js';
import { columnOf } from '../catalog/catalog.js';
import { quoteName } from '../check/fragment.js';

/** All rows of a table: its identity, then the named columns; in the order of the identity. */
export function tableQuery(relation: Relation, columns: readonly string[]): string {
  const names = [...relation.identity, ...columns].map(quoteName).join(', ');
  const order = relation.identity.map((_name, i) => i + 1).join(', ');
  return `select ${names} from ${quoteName(relation.name)} order by ${order}`;
}

/** A row of a table whose identity is null in part, which tells it from no other; null where there can be none. */
export function unnamedRowQuery(relation: Relation): string | null {
  const open = relation.identity.filter((name) => columnOf(relation, name)?.notNull === false);
  if (open.length === 0) return null;
  const isNull = open.map((name) => `${quoteName(name)} is null`).join(' or ');
  return `select 1 from ${quoteName(relation.name)} where ${isNull} limit 1`;
}

/** The values of one column that are not null, ascending. */
export function valuesQuery(table: string, column: string): string {
  const name = quoteName(column);
  return `select ${name} from ${quoteName(table)} where ${name} is not null order by 1`;
}
