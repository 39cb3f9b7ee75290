import type { SqlValue } from '../../base/sql-value.js';
import type { Rows } from '../../loop/controller.js';

/** Rows that one statement adds: fewer statements take less, and few sizes keep few statements. */
const SIZES = [64, 8, 1];

/** Adds rows to a table, many with one statement. All have the same columns. */
export function insertMany(
  rows: Rows,
  table: string,
  columns: readonly string[],
  values: readonly (readonly SqlValue[])[],
): void {
  const row = `(${columns.map(() => '?').join(', ')})`;
  let at = 0;
  for (const size of SIZES) {
    if (values.length - at < size) continue;
    const list = Array.from({ length: size }, () => row).join(', ');
    const sql = `insert into ${table} (${columns.join(', ')}) values ${list}`;
    for (; values.length - at >= size; at += size) rows.run(sql, ...values.slice(at, at + size).flat());
  }
}
