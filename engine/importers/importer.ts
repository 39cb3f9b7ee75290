import type { TraceEvent, TraceHeader } from '../replay/trace.js';
import type { Reject } from './reject.js';

/** A public format turned into records of ours. */
export interface Imported {
  readonly header: TraceHeader;
  /**
   * In time order, the same ones every time they are iterated. Iterating throws DiagnosticError at a row that cannot be
   * read, and what `node:fs` throws.
   */
  readonly events: Iterable<TraceEvent>;
  /** Rows that were left out because they could not be read; none in formats that end at the first of them. */
  readonly rejected?: readonly Reject[];
}

/** Something that can be said about the reading of a format. */
export interface ImportOption {
  readonly name: string;
  /** What is taken unless said; null where there is nothing to take. */
  readonly otherwise: string | null;
  /** One line for people. */
  readonly meaning: string;
}

export interface Importer {
  /** What `--from` calls the format. */
  readonly name: string;
  /** One line for people: what the path names. */
  readonly takes: string;
  /** What `--with NAME=VALUE` may say. */
  readonly options: readonly ImportOption[];
  /** Throws DiagnosticError for what cannot be read at all and for options that make no sense. */
  open(path: string, options: ImportOptions): Imported | Promise<Imported>;
}

/** Values of the options by name; every option of the importer that has a value. */
export type ImportOptions = ReadonlyMap<string, string>;
