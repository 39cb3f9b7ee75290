import Database from 'better-sqlite3';
import { Store } from './store.js';

/** A database as bytes, to be copied many times. */
export interface Snapshot {
  readonly bytes: Uint8Array;
  /** Whether the core tables are there. */
  readonly adopted: boolean;
}

/** What the database holds now. INVARIANT: outside a transaction. */
export function snapshotOf(store: Store): Snapshot {
  return { bytes: store.serialize(), adopted: store.adopted };
}

/** A database of its own in memory that begins as the snapshot. */
export function openSnapshot({ bytes, adopted }: Snapshot): Store {
  const database = new Database(Buffer.from(bytes));
  database.pragma('foreign_keys = on');
  return new Store(database, adopted, false);
}
