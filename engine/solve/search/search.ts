import { seededRandom } from '../../base/random.js';
import type { SearchLimits } from './budget.js';
import { Budget } from './budget.js';
import { ALIKE, construct } from './construct.js';
import { Ejector } from './eject.js';
import type { Run } from './improve.js';
import { Best, goTo, improve, reinsert } from './improve.js';
import { mend } from './mend.js';
import { Neighbours } from './neighbours.js';
import type { Problem } from './problem.js';
import { State } from './state.js';

export interface SearchResult {
  /** Value of each variable as an index into the universe; null where nothing was found that breaks nothing. */
  readonly values: Int32Array | null;
  /** Of the search, all levels in one number; -Infinity without values. */
  readonly objective: number;
  readonly moves: number;
}

export interface SearchOptions {
  readonly limits: SearchLimits;
  readonly seed: number;
  /** An objective that nothing exceeds, or Infinity. */
  readonly bound: number;
}

/** Share of what is left of the budget that one round of annealing gets, and share of all that it gets at least. */
const ROUND = 0.5;
const LEAST_ROUND = 0.02;

/**
 * Anytime local search: start from the hints, place the rest group by group, make room by ejection chains,
 * mend what is still broken, then improve by finding places anew and by annealing.
 *
 * Deterministic in problem, seed and number of moves; with a time limit it depends on the clock.
 */
export function search(problem: Problem, { limits, seed, bound }: SearchOptions): SearchResult {
  const state = new State(problem);
  const random = seededRandom(seed);
  const near = new Neighbours(problem, state, random);
  const budget = new Budget(limits);
  start(state, near);
  let left = construct(state, near, budget);
  if (left.length > 0) left = new Ejector(state, near, budget, random).run(left);
  if (left.length > 0 || state.broken > ALIKE) {
    state.begin();
    for (const variable of left) state.place(variable, near.any(variable));
    state.settle();
    if (!mend(state, near, budget, random)) {
      return { values: null, objective: -Infinity, moves: budget.moves };
    }
  }
  const best = new Best(state);
  best.offer();
  const run: Run = { state, near, budget, random, best, bound };
  while (!budget.isOver && best.objective < bound - ALIKE && near.open.length > 0) {
    reinsert(run);
    const { used } = budget;
    improve(run, used, used + Math.max(LEAST_ROUND, ROUND * (1 - used)));
  }
  goTo(state, best.values);
  return { values: best.values, objective: best.objective, moves: budget.moves };
}

/** Fixed variables and hints, as far as these break nothing. */
function start(state: State, near: Neighbours): void {
  const { hints, domainOf, domains } = state.problem;
  state.begin();
  domainOf.forEach((domain, variable) => {
    if (domains[domain]?.length === 1) state.place(variable, domains[domain][0] ?? 0);
  });
  state.settle();
  state.begin();
  for (const variable of near.open) {
    const hint = hints[variable] ?? -1;
    if (hint >= 0) state.place(variable, hint);
  }
  state.settle();
  if (state.broken <= ALIKE) return;
  // Taken together the hints break something: one by one, those that break nothing more.
  state.undo();
  for (const variable of near.open) {
    const hint = hints[variable] ?? -1;
    if (hint < 0) continue;
    const before = state.broken;
    state.begin();
    state.place(variable, hint);
    state.settle();
    if (state.broken > before + ALIKE) state.undo();
  }
}
