import { seededRandom } from '../../base/random.js';
import type { Bound } from './bound.js';
import { upperBound } from './bound.js';
import type { SearchLimits } from './budget.js';
import { Budget } from './budget.js';
import { ALIKE, construct, leaveOut } from './construct.js';
import { Ejector } from './eject.js';
import { Gathering } from './gathering.js';
import { Gains } from './gains.js';
import { guardsOf } from './guards.js';
import type { Run } from './improve.js';
import { Best, follow, goTo, improve, reinsert } from './improve.js';
import { mend } from './mend.js';
import { Neighbours } from './neighbours.js';
import type { Problem } from './problem.js';
import { State } from './state.js';
import { Support } from './support.js';

export interface SearchResult {
  /** Value of each variable as an index into the universe; null where nothing was found that breaks nothing. */
  readonly values: Int32Array | null;
  /** Of the search, all levels in one number; -Infinity without values. */
  readonly objective: number;
  readonly moves: number;
  /** No answer's objective is more; Infinity where that is not known. */
  readonly bound: number;
  /** True where all assignments were looked at. */
  readonly exhaustive: boolean;
}

export interface SearchOptions {
  readonly limits: SearchLimits;
  readonly seed: number;
  /** False: ends early where more moves promise little. */
  readonly patient: boolean;
  /** Multiplies the temperature at which a slow annealing starts; 1 without it. */
  readonly heat?: number;
}

/** Share of what is left of the budget that one round of annealing gets, and share of all that it gets at least. */
const ROUND = 0.5;
const LEAST_ROUND = 0.02;
/** Moves per decision from which on there is time for a slow annealing, and its share of what is left after a first round. */
const LONG = 1000;
const SLOWED = 0.94;
/** Moves in a millisecond at least, as far as a time limit is concerned. */
const MOVES_PER_MS = 50;
/** Share of the budget after which making room is given up. */
const EJECTED = 0.6;
/** Share of what is left of the budget in which places are found anew before annealing. */
const REINSERTED = 0.4;
/** An impatient search ends when this many times as many moves as the last gain took have brought none. */
const STALE = 4;
/**
 * Within a time limit up to this many milliseconds no bound is looked for where first places have taken this share of it:
 * taking the objective apart takes several times as long, without a look at the clock.
 */
const SHORT_MS = 100;
const BOUND_WORTH = 0.2;
/** Share of what is left of the budget that a bound gets, and its steps at most. */
const BOUNDED = 0.5;
const MOST_STEPS = 1_000_000;

/** Values of a problem whose state is small enough to be kept. */
const FEW_VALUES = 4096;
/**
 * The last small state, for nobody to read. Where a garbage collection finds no object of a class, V8 forgets what its
 * objects look like and, with the next one, all code that was compiled for them: a live loop would wait for it again.
 */
const kept: { state: State | null } = { state: null };

/**
 * Anytime local search: start from the hints, place the rest group by group, make room by ejection chains,
 * mend what is still broken, then improve by finding places anew and by annealing.
 *
 * Deterministic in problem, seed and number of moves; with a time limit it depends on the clock.
 */
export function search(problem: Problem, { limits, seed, patient, heat = 1 }: SearchOptions): SearchResult {
  // What it takes to get ready counts, too.
  const budget = new Budget(limits);
  const state = new State(problem);
  const random = seededRandom(seed);
  const support = new Support(problem);
  state.guard(guardsOf(problem, support));
  const open = openOf(problem);
  if (open.length <= 1) {
    if (problem.universe.length <= FEW_VALUES) kept.state = state;
    state.placeFixed();
    return enumerate(state, open[0], budget);
  }
  const near = new Neighbours(problem, state, random, support);
  budget.look();
  const ready = budget.used;
  state.placeFixed();
  placeHints(state, near);
  const gathering = new Gathering(problem, state, near);
  let left = construct(state, near, gathering, budget);
  if (left.length > 0) {
    left =
      near.gates.length > 0
        ? leaveOut(state, near, support, budget, left)
        : new Ejector(state, near, budget, random).run(left, EJECTED);
  }
  if (left.length > 0 || state.broken > ALIKE) {
    state.begin();
    for (const variable of left) state.place(variable, near.any(variable));
    state.settle();
    if (!mend(state, near, support, budget, random)) {
      return { values: null, objective: -Infinity, moves: budget.moves, bound: Infinity, exhaustive: false };
    }
  }
  const best = new Best(state);
  best.offer();
  const { bound, groups } = boundOf(problem, best.objective, limits, budget, ready);
  const run: Run = {
    state,
    near,
    gathering,
    budget,
    random,
    best,
    bound,
    chain: [],
    goals: [],
    heat,
    gains: new Gains(),
  };
  // Often the bound is met at once by what is best for each group.
  for (const { variables, values } of groups) {
    if (best.objective >= bound - ALIKE || !budget.spend()) break;
    follow(run, variables, values);
  }
  const isLong = patient && movesIn(limits) >= LONG * near.open.length;
  let gainedAt = budget.moves;
  for (let round = 0; !budget.isOver && best.objective < bound - ALIKE; round += 1) {
    const { objective } = best;
    // With much time the first round is a short one, and the second takes most of it.
    const isSlow = isLong && round === 1;
    const share = isLong && round === 0 ? LEAST_ROUND : 1 - budget.used;
    if (!isSlow) reinsert(run, budget.used + REINSERTED * share);
    const { used } = budget;
    const to = isSlow ? SLOWED * (1 - used) : Math.max(LEAST_ROUND, ROUND * share);
    improve(run, used, used + to, isSlow ? 'slow' : round % 2 === 0 ? 'hot' : 'cold');
    if (best.objective > objective + ALIKE) gainedAt = budget.moves;
    else if (!patient && budget.moves > STALE * gainedAt) break;
  }
  goTo(state, best.values);
  const { values, objective } = best;
  return { values, objective, moves: budget.moves, bound, exhaustive: false };
}

/** How many moves there will be, roughly. */
function movesIn({ moves, timeMs }: SearchLimits): number {
  return timeMs === null ? moves : Math.min(moves, timeMs * MOVES_PER_MS);
}

/** A bound, for a share of what is left of the budget, of which `ready` was used before the first places. */
function boundOf(
  problem: Problem,
  known: number,
  { moves, timeMs }: SearchLimits,
  budget: Budget,
  ready: number,
): Bound {
  const share = budget.used + BOUNDED * (1 - budget.used);
  if (timeMs !== null) {
    const isShort = timeMs <= SHORT_MS && (!budget.look() || budget.used - ready > BOUND_WORTH);
    if (isShort) return { bound: Infinity, groups: [] };
    return upperBound(problem, MOST_STEPS, known, () => !budget.look() || budget.used >= share);
  }
  const limit = Math.floor(Math.min(MOST_STEPS, BOUNDED * (1 - budget.used) * moves));
  budget.spend(limit);
  return upperBound(problem, limit, known);
}

/** Variables with a choice. */
function openOf({ domainOf, domains }: Problem): number[] {
  const open: number[] = [];
  domainOf.forEach((domain, variable) => {
    if ((domains[domain]?.length ?? 0) > 1) open.push(variable);
  });
  return open;
}

/** All values of the only variable with a choice, if there is one. */
function enumerate(state: State, variable: number | undefined, budget: Budget): SearchResult {
  let values: Int32Array | null = state.broken <= ALIKE ? state.values.slice() : null;
  let objective = values === null ? -Infinity : state.objective;
  if (variable !== undefined) {
    values = null;
    objective = -Infinity;
    const { hints, domains, domainOf } = state.problem;
    const hint = hints[variable] ?? -1;
    const domain = domains[domainOf[variable] ?? 0] ?? new Int32Array(0);
    for (const value of hint >= 0 ? [hint, ...domain] : domain) {
      budget.spend();
      state.give(variable, value);
      if (state.broken <= ALIKE && (values === null || state.objective > objective + ALIKE)) {
        values = state.values.slice();
        objective = state.objective;
      }
    }
  }
  return { values, objective, moves: budget.moves, bound: objective, exhaustive: true };
}

/** Hints, as far as they break nothing. */
function placeHints(state: State, near: Neighbours): void {
  const { hints } = state.problem;
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
    state.give(variable, hint);
    if (state.broken > before + ALIKE) state.undo();
  }
}
