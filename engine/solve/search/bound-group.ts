import type { GroupPairs } from './group-pairs.js';
import type { Pack } from './packed.js';
import type { Team } from './teams.js';

/** A part of the objective: `coefficient` times a cell. */
export interface Term {
  readonly cell: number;
  readonly coefficient: number;
  readonly most: number;
  readonly variables: Int32Array;
  /** True where it is gained whenever two variables have the same value. */
  readonly isPair: boolean;
}

/** Variables that terms tie together. */
export type Group = TeamGroup | TermGroup;

interface CommonGroup {
  readonly variables: readonly number[];
  /** The most that the group can be worth, as far as it was found. */
  best: number;
  /** Values at which it is worth that, -1 - k for a value k of those that it does not name; null where it was not found. */
  values: Int32Array | null;
}

/** One of a team alone. */
export interface TeamGroup extends CommonGroup {
  readonly kind: 'team';
  readonly team: Team;
  /** Values that are told apart: those it names, and all others where they are few. */
  readonly spots: readonly number[];
  /** Other values, as many as it has members at most. */
  readonly elsewhere: number;
  /** By table the least room that it leaves where it is at its best; null where that is not known. */
  left: Float64Array | null;
}

/** Any other, smallest variables first, and its terms by the last variable that they wait for. */
export interface TermGroup extends CommonGroup {
  readonly kind: 'terms';
  readonly terms: readonly (readonly Term[])[];
  /** What the terms of several variables from each place on are worth at most. */
  readonly rest: Float64Array;
  /** What each variable's own terms are worth at any other value than those named, and how much more at most. */
  readonly plain: Float64Array;
  readonly gain: Float64Array;
  readonly pairs: GroupPairs;
  /** Variables by the table that limits them most, -1 for none. */
  readonly packs: readonly Pack[];
  /** The values that its cells tell from others. */
  readonly named: readonly number[];
  /** Values that stand for all the others, as many as there are variables. */
  readonly others: readonly number[];
}

/** A balance in the objective. */
export interface Level {
  readonly table: number;
  readonly worth: number;
  /** No smallest room is more. */
  readonly top: number;
  readonly base: number;
}
