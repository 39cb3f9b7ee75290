import type { NodeId, NumericId, VariableId } from '../model/model.js';
import type { Affine } from './affine.js';

/**
 * A mixed-integer program as plain data: `columns` with bounds, rows lower <= sum <= upper in compressed row
 * form. Missing bounds are infinite. No stored coefficient is zero and no row repeats a column.
 */
export interface Mip {
  readonly columnCount: number;
  readonly columnLower: Float64Array;
  readonly columnUpper: Float64Array;
  /** 1 where the column must be an integer. */
  readonly integer: Uint8Array;
  readonly rowCount: number;
  readonly rowLower: Float64Array;
  readonly rowUpper: Float64Array;
  /** rowCount + 1 offsets into `indices` and `values`. */
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float64Array;
  /** Maximised one after the other; empty for a model without soft terms. */
  readonly objectives: readonly MipObjective[];
}

/** One level: (constant + sum of cost * column) / scale is a level value that the exact one never falls below. */
export interface MipObjective {
  readonly priority: number;
  readonly cost: Float64Array;
  readonly constant: number;
  readonly scale: number;
  /** The scaled objective of every solution is `constant` plus a multiple of this, or null where it is real. */
  readonly step: number | null;
}

/** How the value of a variable is read from columns. */
export type Choice =
  | { readonly kind: 'fixed'; readonly value: number }
  /** Exactly one of the columns is 1. */
  | { readonly kind: 'oneHot'; readonly values: readonly number[]; readonly first: number }
  /** low where the column is 0, high where it is 1. */
  | { readonly kind: 'binary'; readonly low: number; readonly high: number; readonly column: number }
  | { readonly kind: 'integer'; readonly column: number };

/**
 * What the value of a column is in terms of the assignment and of earlier columns.
 * From it a known assignment becomes a start for the solver.
 */
export type Meaning =
  | { readonly kind: 'choice'; readonly variable: VariableId; readonly value: number }
  | { readonly kind: 'variable'; readonly variable: VariableId }
  /** 1 where lo <= of <= hi. */
  | { readonly kind: 'within'; readonly of: Affine; readonly lo: number; readonly hi: number }
  /** 1 where both are at least 1. */
  | { readonly kind: 'both'; readonly left: Affine; readonly right: Affine }
  | { readonly kind: 'product'; readonly left: Affine; readonly right: Affine }
  | { readonly kind: 'node'; readonly node: NodeId }
  | { readonly kind: 'numeric'; readonly numeric: NumericId }
  /** 1 where this entry of an extreme is the first that attains it. */
  | { readonly kind: 'attains'; readonly numeric: NumericId; readonly entry: number }
  /** The binary digit of this worth. */
  | { readonly kind: 'digit'; readonly of: Affine; readonly worth: number }
  /** Not derived; a program with such a column gets no start. */
  | { readonly kind: 'open' };

export type Encoding =
  | {
      readonly kind: 'mip';
      readonly mip: Mip;
      /** Per variable; null where no column depends on it, so that any value of its domain will do. */
      readonly choices: readonly (Choice | null)[];
      readonly meanings: readonly Meaning[];
    }
  /** Some row without columns cannot hold. */
  | { readonly kind: 'infeasible' }
  | { readonly kind: 'unsupported'; readonly detail: string };

export function integerColumnCount({ integer }: Mip): number {
  let count = 0;
  for (const flag of integer) count += flag;
  return count;
}
