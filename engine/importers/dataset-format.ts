import type { SqlRecord, SqlValue } from '../base/sql-value.js';

/** Rows of one table. */
export interface TableRows {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlValue[])[];
}

export interface ReadOptions {
  /** Which of several problems in one file; null where the user named none. */
  readonly instance: string | null;
}

/** A public problem format that becomes the rows of a schema pack, and whose answers go back into the format. */
export interface DatasetFormat {
  /** What `edict import` and `edict export` call it. */
  readonly name: string;
  /** For usage texts: which files it takes, in order. */
  readonly files: readonly { readonly name: string; readonly required: boolean; readonly meaning: string }[];
  /** Schema pack that has the tables. */
  readonly pack: string;
  /**
   * All rows, tables in an order that foreign keys allow. Throws DiagnosticError: cli/no-input, import/bad-file,
   * import/unknown-instance.
   */
  read(paths: readonly string[], options: ReadOptions): readonly TableRows[];
  /**
   * The decisions in the words of the format, from a database with the pack's tables.
   * Throws DiagnosticError export/undecided where a decision is null.
   */
  write(query: (sql: string) => readonly SqlRecord[]): string;
}
