import { unreachable } from '../base/assert.js';
import type { Diagnostic } from '../base/diagnostic.js';
import { DiagnosticError } from '../base/diagnostic.js';
import { applyDirectly, migrationState, readMigrations } from './migrations.js';
import { openDatabase } from './open-database.js';
import { Store } from './store.js';
import { StoreError, storeDiagnostic } from './store-error.js';
import { hasWal } from './tidy-wal.js';

/**
 * - `state`: a database that `migrate` has adopted, for the loop. Write-ahead log, every commit durable.
 * - `plain`: any database, to be read and written as it is: no journal mode, no table, no setting of it changes.
 * - `read`: any database, never written.
 */
export type StoreMode = 'state' | 'plain' | 'read';

export interface OpenOptions {
  /**
   * True (the default): `state` syncs the log at every commit, so that an acknowledged decision outlives a
   * power cut (3.6 ms a commit on a small machine). False: it outlives a killed process only; for replays,
   * which can be repeated.
   */
  readonly durable?: boolean;
  /** True: `plain` makes the file where there is none. */
  readonly create?: boolean;
}

/**
 * Opens a database file, or `:memory:`, which in mode `state` comes with all tables and in mode `plain` is empty.
 * Throws DiagnosticError: store/not-found, store/not-a-database, store/not-adopted, store/newer-version,
 * store/schema-drift, store/io.
 */
export function openStore(path: string, mode: StoreMode, options: OpenOptions = {}): Store {
  const foundWal = hasWal(path);
  const creates = mode === 'plain' && options.create === true;
  const database = openDatabase(path, mode === 'read' ? 'read' : creates ? 'create' : 'write');
  try {
    const migrations = readMigrations();
    if (mode === 'state' && path === ':memory:') applyDirectly(database, migrations);
    const state = migrationState(database, path, migrations);
    switch (mode) {
      case 'plain':
      case 'read':
        // A newer or edited one is still a database; only the loop relies on its tables.
        return new Store(database, state.kind !== 'foreign', foundWal);
      case 'state':
        if (state.kind === 'refused') throw new DiagnosticError([state.diagnostic]);
        if (state.kind === 'foreign') throw new DiagnosticError([notAdopted(path)]);
        if (state.applied < migrations.length) throw new DiagnosticError([outdated(path)]);
        database.pragma('journal_mode = wal');
        database.pragma(`synchronous = ${options.durable === false ? 'normal' : 'full'}`);
        return new Store(database, true, foundWal);
      default:
        return unreachable(mode);
    }
  } catch (error) {
    database.close();
    throw error instanceof DiagnosticError || !isDatabaseError(error)
      ? error
      : new DiagnosticError([storeDiagnostic(error, path)]);
  }
}

function isDatabaseError(error: unknown): boolean {
  return error instanceof StoreError || (error instanceof Error && error.name === 'SqliteError');
}

/** What is wrong with a database that `migrate` has not adopted. */
export function notAdopted(path: string): Diagnostic {
  return {
    code: 'store/not-adopted',
    severity: 'error',
    message: `\`${path}\` has none of the tables this command needs`,
    help: `\`edict init --db ${path}\` adds them and leaves the rest as it is`,
  };
}

function outdated(path: string): Diagnostic {
  return {
    code: 'store/schema-drift',
    severity: 'error',
    message: `\`${path}\` was made by an older version and has not been migrated`,
    help: `\`edict init --db ${path}\` migrates it`,
  };
}
