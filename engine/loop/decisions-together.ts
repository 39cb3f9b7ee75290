import type { SqlValue } from '../base/sql-value.js';
import type { Decision } from './controller.js';

/** Decisions as the journal has them: an entry for each, or for all of a column. */
export function journalBodies(decisions: readonly Decision[], isTogether: boolean): readonly unknown[] {
  if (isTogether) return decisionsTogether(decisions);
  return decisions.map(({ table, key, column, value }) => ({ table, key, column, value }));
}

/**
 * All decisions on one column as one journal entry: names of the key columns, then a key and a value per decision, in
 * their order. Keys of one column are its plain values.
 */
function decisionsTogether(decisions: readonly Decision[]): readonly unknown[] {
  const byColumn = new Map<
    string,
    { table: string; column: string; key: string[]; keys: unknown[]; values: SqlValue[] }
  >();
  for (const { table, key, column, value } of decisions) {
    const id = `${table}\0${column}`;
    let together = byColumn.get(id);
    if (together === undefined) {
      together = { table, column, key: Object.keys(key), keys: [], values: [] };
      byColumn.set(id, together);
    }
    together.keys.push(together.key.length === 1 ? Object.values(key)[0] : Object.values(key));
    together.values.push(value);
  }
  return [...byColumn.values()];
}
