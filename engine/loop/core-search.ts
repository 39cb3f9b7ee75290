import type { Clock } from '../base/clock.js';
import type { Model } from '../model/model.js';
import type { SolveFor } from '../solve/feasibility.js';
import type { CoreBudget } from '../solve/shrink.js';
import type { SolveLimits } from '../solve/solver.js';
import type { Store } from '../store/store.js';
import type { CompiledPolicies } from './compile.js';
import type { Prepared, Solve } from './decide.js';

/** What a search for a core works on, and how long it may take. */
export interface CoreSearch {
  readonly store: Store;
  readonly compiled: CompiledPolicies;
  /** The grounding that was found to be infeasible. */
  readonly prepared: Prepared;
  readonly solve: SolveFor;
  readonly budget: CoreBudget;
  /** Milliseconds that are left, or null for no limit. */
  readonly timeLeft: () => number | null;
}

/** Least wall milliseconds for the search for a core. */
const LEAST_MS = 2_000;
/** A search may take this many times what the solve took. */
const PER_SOLVE = 10;

/** Wall milliseconds for the search after a solve of `solveMs`; never more than the solve's own limit. */
export function coreMs(solveMs: number, { timeMs }: SolveLimits): number {
  const wanted = Math.max(LEAST_MS, PER_SOLVE * solveMs);
  return timeMs === null ? wanted : Math.min(wanted, timeMs);
}

export function coreSearch(
  store: Store,
  compiled: CompiledPolicies,
  prepared: Prepared,
  solve: Solve,
  limits: SolveLimits,
  clock: Clock,
  timeMs: number | null,
): CoreSearch {
  const untilMs = timeMs === null ? null : clock.nowMs() + timeMs;
  const timeLeft = (): number | null => (untilMs === null ? null : untilMs - clock.nowMs());
  return {
    store,
    compiled,
    prepared,
    solve: async (model: Model, left) => (await solve(model, { ...limits, timeMs: left })).outcome,
    budget: { clock, untilMs, tests: null },
    timeLeft,
  };
}
