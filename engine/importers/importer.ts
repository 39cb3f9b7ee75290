import type { TraceEvent, TraceHeader } from '../replay/trace.js';

/** A public format turned into records of ours, read as they are asked for. */
export interface Imported {
  readonly header: TraceHeader;
  /** In time order. Iterating throws DiagnosticError at a row that cannot be read, and what `node:fs` throws. */
  readonly events: Iterable<TraceEvent>;
}

export interface Importer {
  /** What `--from` calls the format. */
  readonly name: string;
  /** One line for people: what the path names. */
  readonly takes: string;
  open(path: string): Imported;
}
