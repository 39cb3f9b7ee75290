import type { World } from './language.js';
import type { Meaning, SoftMeaning, State } from './meaning.js';
import { Refused } from './meaning.js';
import { isStorable, stateOf } from './states.js';
import type { Cell } from './states.js';
import type { Value } from './language.js';

/** What one policy says about one assignment. */
export interface Reading {
  readonly holds: boolean;
  readonly soft: readonly SoftMeaning[];
  readonly refused: Refused['why'] | null;
}

/** What all policies say about one assignment. */
export interface Judged {
  readonly values: readonly Value[];
  readonly isStorable: boolean;
  /** In the order of the world's policies. */
  readonly readings: readonly Reading[];
}

export function readingOf(meaning: Meaning, at: number, state: State): Reading {
  const policy = meaning.policies[at];
  if (policy === undefined) throw new RangeError(`no policy ${at}`);
  try {
    return { holds: policy.holds(state), soft: policy.soft(state), refused: null };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { holds: true, soft: [], refused: error.why };
  }
}

export function judge(
  world: World,
  meaning: Meaning,
  cells: readonly Cell[],
  assignments: readonly (readonly Value[])[],
): Judged[] {
  return assignments.map((values) => {
    const state = stateOf(world, cells, values);
    return {
      values,
      isStorable: isStorable(world, state),
      readings: world.policies.map((_policy, at) => readingOf(meaning, at, state)),
    };
  });
}

export const isAllowed = ({ isStorable: stored, readings }: Judged): boolean =>
  stored && readings.every((one) => one.holds);

/** Levels of an assignment, highest priority first; one level of 0 where nothing is wanted. */
export function levelsOf({ readings }: Judged): number[] {
  const byPriority = new Map<number, number>();
  for (const { soft } of readings) {
    for (const { priority, weight, value } of soft) {
      byPriority.set(priority, (byPriority.get(priority) ?? 0) + weight * value);
    }
  }
  const levels = [...byPriority].sort(([a], [b]) => b - a).map(([, value]) => value);
  return levels.length === 0 ? [0] : levels;
}

export function isBetter(a: readonly number[], b: readonly number[]): boolean {
  for (const [i, value] of a.entries()) {
    const other = b[i] ?? 0;
    if (value !== other) return value > other;
  }
  return false;
}

/** Levels of the best assignments, or null where none is allowed. */
export function bestOf(judged: readonly Judged[]): readonly number[] | null {
  let best: readonly number[] | null = null;
  for (const one of judged) {
    if (!isAllowed(one)) continue;
    const levels = levelsOf(one);
    if (best === null || isBetter(levels, best)) best = levels;
  }
  return best;
}
