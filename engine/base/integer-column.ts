import { assert, must } from './assert.js';
import type { SqlRecord } from './sql-value.js';

/** An integer column that is never null. */
export function integerOf(record: SqlRecord, column: string): number {
  return must(nullableOf(record, column), column);
}

/** An integer column, or null. */
export function nullableOf(record: SqlRecord, column: string): number | null {
  const value = record[column];
  if (value === null) return null;
  assert(typeof value === 'number', () => `${column} is ${String(value)}, not an integer within 2^53`);
  return value;
}
