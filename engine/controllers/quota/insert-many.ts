import type { SqlValue } from '../../base/sql-value.js';
import type { Rows } from '../../loop/controller.js';

/** Rows that one statement adds: fewer statements take less, and few sizes keep few statements. */
const SIZES = [64, 8, 1];

/** Adds rows to a table, many with one statement. `values` are those of all rows, one row after the other. */
export function insertMany(
  rows: Rows,
  table: string,
  columns: readonly string[],
  values: readonly SqlValue[],
): void {
  const row = `(${columns.map(() => '?').join(', ')})`;
  let at = 0;
  for (const size of SIZES) {
    const count = size * columns.length;
    if (values.length - at < count) continue;
    const list = Array.from({ length: size }, () => row).join(', ');
    const sql = `insert into ${table} (${columns.join(', ')}) values ${list}`;
    for (; values.length - at >= count; at += count) rows.run(sql, ...values.slice(at, at + count));
  }
}
