import { existsSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';

/** True when a write-ahead log lies beside the database, so that whoever made it owns its end. */
export function hasWal(path: string): boolean {
  return path !== ':memory:' && existsSync(`${path}-wal`);
}

/**
 * Removes the empty `-wal` and `-shm` files that a read-only connection leaves beside a cleanly closed
 * WAL database: only a writing connection may delete them, and only as the last one. The database itself
 * is not changed, because an empty log has nothing to copy back.
 */
export function tidyWal(path: string): void {
  if (!hasWal(path)) return;
  try {
    if (statSync(`${path}-wal`).size !== 0) return;
    const database = new Database(path, { fileMustExist: true, timeout: 0 });
    try {
      database.prepare('select count(*) from sqlite_schema').get();
    } finally {
      database.close();
    }
  } catch {
    // Somebody else uses or removed the files, or the folder is not ours to write: they may stay.
  }
}
