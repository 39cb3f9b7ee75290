import Database from 'better-sqlite3';
import { Store } from './store.js';

/** Where a database file tells how it is written and read (SQLite file format, 1.3.3), and what says: in place. */
const FORMAT_VERSIONS = 18;
const WRITTEN_IN_PLACE = 1;

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
  const copy = Buffer.from(bytes);
  // Memory has no write-ahead log: a copy of a file that has one says, in its header, that it is written in place.
  copy.fill(WRITTEN_IN_PLACE, FORMAT_VERSIONS, FORMAT_VERSIONS + 2);
  const database = new Database(copy);
  database.pragma('foreign_keys = on');
  return new Store(database, adopted, false);
}
