import type { Relation } from '../catalog/catalog.js';
import { quoteName } from '../check/fragment.js';

/** All rows of a table: its identity, then the named columns; in the order of the identity. */
export function tableQuery(relation: Relation, columns: readonly string[]): string {
  const names = [...relation.identity, ...columns].map(quoteName).join(', ');
  const order = relation.identity.map((_name, i) => i + 1).join(', ');
  return `select ${names} from ${quoteName(relation.name)} order by ${order}`;
}

/** The values of one column that are not null, each once, ascending. */
export function valuesQuery(table: string, column: string): string {
  const name = quoteName(column);
  return `select distinct ${name} from ${quoteName(table)} where ${name} is not null order by 1`;
}
