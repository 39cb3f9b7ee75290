import type { SqlValue } from '../base/sql-value.js';
import type { Decision } from './controller.js';

/** One decision as the journal has it. */
export function bodyOf({ table, key, column, value }: Decision): unknown {
  return { table, key, column, value };
}

/**
 * All decisions on one column as one journal entry: names of the key columns, then a key and a value per decision, in
 * their order. Keys of one column are its plain values.
 */
export function decisionsTogether(decisions: readonly Decision[]): readonly unknown[] {
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
