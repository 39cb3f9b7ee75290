import type { SqlValue } from '../base/sql-value.js';
import type { ComponentRows } from './environment.js';

/**
 * The rows by the values of some slots, whatever order SQLite gave them in: the same array where they are in order.
 * Any total order of values will do, since what follows only needs to be the same every time.
 */
export function inOrder(rows: ComponentRows, slots: readonly number[]): ComponentRows {
  const [first] = slots;
  if (first === undefined || ascends(rows, first)) return rows;
  const compare = (a: readonly SqlValue[], b: readonly SqlValue[]): number => {
    for (const slot of slots) {
      const order = compareValues(a[slot] ?? null, b[slot] ?? null);
      if (order !== 0) return order;
    }
    return 0;
  };
  let last: readonly SqlValue[] | null = null;
  for (const row of rows) {
    if (last !== null && compare(last, row) > 0) return [...rows].sort(compare);
    last = row;
  }
  return rows;
}

/** Whether one slot alone, a different number in each row, says that the rows are in order. */
function ascends(rows: ComponentRows, slot: number): boolean {
  let last = -Infinity;
  for (const row of rows) {
    const value = row[slot];
    if (typeof value !== 'number' || !(value > last)) return false;
    last = value;
  }
  return true;
}

/** Nulls, numbers, texts by code units, blobs. */
function compareValues(a: SqlValue, b: SqlValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  const byRank = rank(a) - rank(b);
  if (byRank !== 0 || a === null || b === null) return byRank;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

function rank(value: SqlValue): number {
  if (value === null) return 0;
  if (typeof value === 'number' || typeof value === 'bigint') return 1;
  return typeof value === 'string' ? 2 : 3;
}
