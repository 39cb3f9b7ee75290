import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import type { Diagnostic } from '../base/diagnostic.js';
import { DiagnosticError } from '../base/diagnostic.js';
import { storeDiagnostic } from './store-error.js';

/** Milliseconds a statement waits for another process's lock before it gives up. */
export const BUSY_TIMEOUT_MS = 10_000;

/** `create` makes the file where there is none; `write` and `read` ask for it. */
export type Access = 'create' | 'write' | 'read';

function absent(path: string, access: Access): Diagnostic | null {
  if (path === ':memory:') return null;
  const base = { severity: 'error' } as const;
  if (existsSync(path)) {
    if (statSync(path).isFile()) return null;
    return { ...base, code: 'store/not-a-database', message: `\`${path}\` is not a file` };
  }
  if (access !== 'create' || path.trim() === '') {
    return { ...base, code: 'store/not-found', message: `there is no database \`${path}\`` };
  }
  if (existsSync(dirname(path))) return null;
  return { ...base, code: 'store/not-found', message: `there is no folder \`${dirname(path)}\`` };
}

/**
 * A raw connection whose file is known to be an SQLite database, with foreign keys on.
 * Changes no byte of the file. Throws DiagnosticError (store/not-found, store/not-a-database, store/io).
 */
export function openDatabase(path: string, access: Access): Database.Database {
  const problem = absent(path, access);
  if (problem !== null) throw new DiagnosticError([problem]);
  let database: Database.Database | undefined;
  try {
    database = new Database(path, {
      readonly: access === 'read',
      fileMustExist: access !== 'create' && path !== ':memory:',
      timeout: BUSY_TIMEOUT_MS,
    });
    database.pragma('foreign_keys = on');
    // SQLite looks at the file only when it reads the schema.
    database.prepare('select count(*) from sqlite_schema').get();
    return database;
  } catch (error) {
    database?.close();
    throw new DiagnosticError([storeDiagnostic(error, path)]);
  }
}
