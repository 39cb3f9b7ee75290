import type { Clock } from '../../base/clock.js';
import { monotonicClock } from '../../base/clock.js';
import type { Problem } from './problem.js';
import type { SearchResult } from './search.js';
import { search } from './search.js';

/** One search, as it crosses to a worker thread. */
export interface SearchTask {
  readonly engine: 'search';
  readonly problem: Problem;
  /** Moves, at most. */
  readonly moves: number;
  /** Wall milliseconds from when the thread begins, or null for none. */
  readonly timeMs: number | null;
  readonly seed: number;
  /** Ends early where more moves promise little; for when a proof is tried next. */
  readonly patient: boolean;
  /** Multiplies the temperature at which a slow annealing starts. */
  readonly heat: number;
  /** Shared with the caller, who writes 1 into it when nobody waits any more. */
  readonly cancelled: Int32Array;
}

export type SearchAnswer = SearchResult;

export function runSearch(task: SearchTask, clock: Clock = monotonicClock): SearchAnswer {
  const { problem, moves, timeMs, seed, patient, heat, cancelled } = task;
  const limits = {
    moves,
    timeMs,
    nowMs: () => clock.nowMs(),
    isCancelled: () => Atomics.load(cancelled, 0) !== 0,
  };
  return search(problem, { limits, seed, patient, heat });
}
