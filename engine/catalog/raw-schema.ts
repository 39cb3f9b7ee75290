import type { SqlValue } from '../base/sql-value.js';

/** What a live database says of one table or view, before anything is made of it. */
export interface RawRelation {
  readonly name: string;
  readonly kind: 'table' | 'view';
  /** The statement as `sqlite_schema` keeps it. */
  readonly sql: string;
  readonly columns: readonly RawColumn[];
  /** True for `without rowid` tables; views are false. */
  readonly withoutRowid: boolean;
  /** Column names of each unique index that is not partial and has no expression; the primary key included. */
  readonly uniques: readonly (readonly string[])[];
  /** Statements of the other unique indexes, in name order: partial ones, and those over expressions. */
  readonly otherUniques: readonly { readonly name: string; readonly sql: string }[];
  readonly foreignKeys: readonly RawForeignKey[];
}

export interface RawColumn {
  readonly name: string;
  /** Declared type as written, '' where a view's expression has none. */
  readonly type: string;
  readonly notNull: boolean;
  /** Position in the primary key from 1, or 0. */
  readonly primaryKey: number;
  readonly default: SqlValue;
}

export interface RawForeignKey {
  readonly columns: readonly string[];
  readonly parent: string;
  /** Parent columns; empty when the declaration names none, which means the parent's primary key. */
  readonly parentColumns: readonly string[];
}

/** Tables and views in name order; SQLite's own (`sqlite_%`) left out. */
export interface RawSchema {
  readonly relations: readonly RawRelation[];
}
