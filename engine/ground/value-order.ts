import type { SqlValue } from '../base/sql-value.js';
import { compareTexts } from './comparison.js';

/** SQLite's order of kinds: null, numbers, texts, blobs. */
function rank(value: SqlValue): number {
  if (value === null) return 0;
  if (typeof value === 'number' || typeof value === 'bigint') return 1;
  return typeof value === 'string' ? 2 : 3;
}

/** SQLite's order of values under the binary collation, nulls first. */
export function compareSqlValues(a: SqlValue, b: SqlValue): number {
  const byRank = rank(a) - rank(b);
  if (byRank !== 0) return byRank;
  if (a === null || b === null) return 0;
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Order of two rows by several keys. */
export function compareByKeys(
  keys: readonly { readonly descending: boolean; readonly nulls: 'first' | 'last' }[],
  a: readonly SqlValue[],
  b: readonly SqlValue[],
): number {
  for (const [i, { descending, nulls }] of keys.entries()) {
    const [left, right] = [a[i] ?? null, b[i] ?? null];
    if (left === null || right === null) {
      if (left === right) continue;
      return (left === null) === (nulls === 'first') ? -1 : 1;
    }
    const order = compareSqlValues(left, right);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}
