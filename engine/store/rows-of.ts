import type { SqlRecord, SqlValue } from '../base/sql-value.js';
import type { Store } from './store.js';

/** A store as plain functions over records, with parameters in place: what code without a store is handed. */
export function rowsOf(store: Store): {
  readonly all: (sql: string, ...parameters: readonly SqlValue[]) => SqlRecord[];
  readonly get: (sql: string, ...parameters: readonly SqlValue[]) => SqlRecord | undefined;
  readonly run: (sql: string, ...parameters: readonly SqlValue[]) => number;
} {
  return {
    all: (sql, ...parameters) => store.records(sql, parameters),
    get: (sql, ...parameters) => store.record(sql, parameters),
    run: (sql, ...parameters) => store.run(sql, parameters),
  };
}
