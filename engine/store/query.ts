import type { Compilable } from 'kysely';
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { SqlParam, Store } from './store.js';
import type { CoreTables } from './tables.js';

/**
 * Builds typed queries over the core tables. Its driver runs nothing: an asynchronous transaction of Kysely
 * beside the synchronous store would lose writes. Hand what it builds to the functions below.
 */
export const core = new Kysely<CoreTables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/**
 * All rows of a typed query, run at once on the store's cached statement.
 * INVARIANT: integers of core tables are safe, so that their row types say `number`.
 */
export function queryAll<Row>(store: Store, query: Compilable<Row>): Row[] {
  const { sql, parameters } = query.compile();
  return store.records(sql, parameters as readonly SqlParam[]) as unknown as Row[];
}

/** The first row of a typed query, or undefined. */
export function queryFirst<Row>(store: Store, query: Compilable<Row>): Row | undefined {
  return queryAll(store, query)[0];
}

/** Runs a typed statement without `returning`; gives the number of rows changed. */
export function execute(store: Store, query: Compilable): number {
  const { sql, parameters } = query.compile();
  return store.run(sql, parameters as readonly SqlParam[]);
}
