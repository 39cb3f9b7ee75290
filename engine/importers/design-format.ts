import type { Diagnostic } from '../base/diagnostic.js';
import type { SourceFile, Span } from '../base/source.js';

/** Column and row. */
export type Position = readonly [col: number, row: number];

/** A design in the words of the JSON format, not yet checked as one. */
export interface GivenDesign {
  readonly id: string;
  readonly value: unknown;
  /** The place in the text of what a path such as `fifos[2].producer` names. */
  readonly spanOf: (path: string) => Span;
}

export interface DesignReading {
  /** False: places that the text gives are only what was before. */
  readonly pinned: boolean;
}

/** A text format of designs of NPUs, which is read into the tables of the state. */
export interface DesignFormat {
  /** What `edict import` and `edict export` call it. */
  readonly name: string;
  /** For usage texts. */
  readonly meaning: string;
  read(
    source: SourceFile,
    options: DesignReading,
  ): { readonly designs: readonly GivenDesign[]; readonly diagnostics: readonly Diagnostic[] };
  /**
   * The text with places written into it, by design and part; all else stays as it is. Designs without places stay as
   * they are. INVARIANT: the text was read without errors.
   */
  write(source: SourceFile, places: ReadonlyMap<string, ReadonlyMap<string, Position>>): string;
}
