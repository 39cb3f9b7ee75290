import type { SqlValue } from '../base/sql-value.js';

/** What grounding needs of the store: rows of one query inside the tick's read transaction. */
export interface Reader {
  /** Throws whatever the store throws for SQL that SQLite refuses. */
  rows(sql: string, parameters?: readonly SqlValue[]): SqlValue[][];
}
