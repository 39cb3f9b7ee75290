import type { SqlValue } from '../base/sql-value.js';
import type { Store } from './store.js';

/** Rows of one table, cells in the order of `columns`. */
interface RowsToLoad {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlValue[])[];
}

/**
 * Inserts rows, tables in the order given, and lets SQLite look at how keys are spread, which it needs to choose
 * among joins. Throws StoreError for rows it refuses. INVARIANT: inside a write transaction.
 */
export function loadRows(store: Store, tables: readonly RowsToLoad[]): void {
  const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  for (const { table, columns, rows } of tables) {
    const places = columns.map(() => '?').join(', ');
    const sql = `insert into ${quote(table)} (${columns.map(quote).join(', ')}) values (${places})`;
    for (const row of rows) store.run(sql, row);
  }
  store.script('analyze');
  store.bumpState();
}
