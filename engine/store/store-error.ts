import type { Diagnostic } from '../base/diagnostic.js';

/**
 * The environment or SQLite failed a statement: a locked or damaged file, a full disk, a broken constraint,
 * or SQL that SQLite does not take. Carries the statement and the error as SQLite gave it.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  /** SQLite's extended code such as `SQLITE_CONSTRAINT_CHECK`; `MISUSE` for wrong parameters or a closed store. */
  readonly code: string;

  constructor(
    readonly sql: string,
    override readonly cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.code = codeOf(cause);
  }
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return 'MISUSE';
}

/**
 * What to tell a user when the database file itself is the trouble.
 * Takes a StoreError or whatever better-sqlite3 threw; `path` is named as the user gave it.
 */
export function storeDiagnostic(error: unknown, path: string): Diagnostic {
  const code = error instanceof StoreError ? error.code : codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  const base = { severity: 'error' } as const;
  if (code === 'SQLITE_NOTADB') {
    return { ...base, code: 'store/not-a-database', message: `\`${path}\` is not an SQLite database` };
  }
  if (code.startsWith('SQLITE_CORRUPT')) {
    const help = 'restore a copy; `pragma integrity_check` in the sqlite3 shell tells what is left';
    return { ...base, code: 'store/damaged', message: `\`${path}\` is damaged: ${text}`, help };
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return { ...base, code: 'store/io', message: `\`${path}\` is locked by another process` };
  }
  if (code.startsWith('SQLITE_READONLY')) {
    return { ...base, code: 'store/io', message: `\`${path}\` cannot be written: ${text}` };
  }
  return { ...base, code: 'store/io', message: `\`${path}\` cannot be used: ${text}` };
}
