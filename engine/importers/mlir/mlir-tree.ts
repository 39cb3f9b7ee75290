import type { SourceFile, Span } from '../../base/source.js';
import type { MlirToken } from './mlir-lexer.js';

/**
 * An operation of any dialect. What stands behind its name is left as tokens, as each operation has a syntax of its own;
 * only regions are read, so that operations inside operations nobody knows are found all the same.
 */
export interface MlirOp {
  /** Such as `aie.tile`; quotes of the generic form are left out. */
  readonly name: string;
  readonly nameToken: MlirToken;
  readonly isGeneric: boolean;
  /** `%a` of `%a, %b:2 = ...`, in order. */
  readonly results: readonly MlirToken[];
  /** Everything behind the name but what is inside regions. */
  readonly tokens: readonly MlirToken[];
  readonly regions: readonly MlirRegion[];
  /** Where it ends in the source. */
  readonly end: number;
}

export interface MlirRegion {
  readonly ops: readonly MlirOp[];
}

/** The whole text of one file. */
export interface MlirFile {
  readonly source: SourceFile;
  readonly ops: readonly MlirOp[];
  /** What `!name = ...` stands for. */
  readonly aliases: ReadonlyMap<string, string>;
}

/** The place of a token, or from one to another. */
export const spanOf = (source: SourceFile, first: MlirToken, last: MlirToken = first): Span => ({
  source,
  start: first.start,
  end: last.end,
});

/** Calls `visit` for each operation, outer ones first. */
export function eachOp(ops: readonly MlirOp[], visit: (op: MlirOp) => void): void {
  for (const op of ops) {
    visit(op);
    for (const region of op.regions) eachOp(region.ops, visit);
  }
}
