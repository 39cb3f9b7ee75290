import type { Clock } from '../../base/clock.js';
import { evaluate } from '../../model/evaluate.js';
import type { Model } from '../../model/model.js';
import { weightScale } from '../../model/weights.js';
import { levelResult } from '../level-result.js';
import type { Backend, SolveLimits, SolveOutcome } from '../solver.js';
import { SolverWorker } from '../worker.js';
import { compileProblem } from './compile-problem.js';
import { ALIKE } from './construct.js';
import type { Problem } from './problem.js';
import type { SearchAnswer, SearchTask } from './search-task.js';
import { runSearch } from './search-task.js';

/** Moves per decision where no limit is given, and how many these are at least and at most. */
const MOVES_PER_VARIABLE = 2000;
const FEWEST_MOVES = 50_000;
const MOST_MOVES = 3_000_000;
/** Of searches side by side each starts so much cooler than the one before: what is best differs by problem. */
const COOLER = 0.4;
/** A search of this many assignments is over before a thread has answered. */
const HERE = 2000;
/**
 * Wall time that the thread gets beyond twice its limit. It keeps to its limit by itself once it runs, so that this
 * only tells how long a machine that is short of processors may keep it from running: late is better than no answer.
 */
const GRACE_MS = 2500;
/** Wall time for a search without a time limit. */
const GUARD_MS = 600_000;

/** Local search in threads; see `search.ts`. It proves only what it enumerates. */
export function searchBackend(worker: SolverWorker, clock: Clock): Backend {
  const workers = [worker];
  return {
    name: 'search',
    guardMs,
    async solve(model, limits): Promise<SolveOutcome> {
      const startedMs = clock.nowMs();
      const problem = compileProblem(model);
      if (problem === null)
        return { status: 'unknown', limit: 'backend', detail: 'a decision without finite range' };
      const passedMs = clock.nowMs() - startedMs;
      const timeMs = limits.timeMs === null ? null : Math.max(1, limits.timeMs - passedMs);
      const task: SearchTask = {
        engine: 'search',
        problem,
        moves: movesOf(model, limits),
        timeMs,
        seed: limits.seed,
        heat: 1,
        patient: limits.timeMs !== null && limits.impatient !== true,
        cancelled: new Int32Array(new SharedArrayBuffer(4)),
      };
      if (isSmall(problem)) return outcomeOf(model, problem, runSearch(task), limits);
      const abreast = limits.abreast ?? 1;
      while (workers.length < abreast) workers.push(new SolverWorker());
      const answers = await Promise.all(
        workers
          .slice(0, abreast)
          .map((one, i) => away({ ...task, seed: task.seed + i, heat: COOLER ** i }, one, limits)),
      );
      const answer = bestOf(answers);
      if (answer === null) return { status: 'unknown', limit: 'time' };
      return outcomeOf(model, problem, answer, limits);
    },
    async close() {
      await Promise.all(workers.map((one) => one.close()));
    },
  };
}

function movesOf({ variables }: Model, { timeMs, moves }: SolveLimits): number {
  if (moves !== undefined) return moves;
  if (timeMs !== null) return Number.MAX_SAFE_INTEGER;
  return Math.min(MOST_MOVES, Math.max(FEWEST_MOVES, MOVES_PER_VARIABLE * variables.length));
}

/** The best answer of several, the first of equal ones, with the tightest bound; null where none came in time. */
function bestOf(answers: readonly (SearchAnswer | null)[]): SearchAnswer | null {
  let best: SearchAnswer | null = null;
  let bound = Infinity;
  for (const answer of answers) {
    if (answer === null) continue;
    bound = Math.min(bound, answer.bound);
    if (best === null || answer.objective > best.objective) best = answer;
  }
  return best === null ? null : { ...best, bound };
}

/** True where one decision is left with few values. */
function isSmall({ domainOf, domains }: Problem): boolean {
  let open = 0;
  let values = 0;
  for (const domain of domainOf) {
    const { length } = domains[domain] ?? [];
    if (length < 2) continue;
    open += 1;
    values = length;
  }
  return open <= 1 && values <= HERE;
}

function guardMs(timeMs: number | null): number {
  return timeMs === null ? GUARD_MS : 2 * timeMs + GRACE_MS;
}

/** The answer of the thread, or null where it is late or nobody waits any more. */
async function away(
  task: SearchTask,
  worker: SolverWorker,
  { timeMs, signal }: SolveLimits,
): Promise<SearchAnswer | null> {
  const stop = (): void => void Atomics.store(task.cancelled, 0, 1);
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop);
  try {
    const reply = await worker.run(task, guardMs(timeMs));
    if (reply.kind === 'crashed') throw new Error(`search: ${reply.detail}`);
    return reply.kind === 'late' ? null : reply.answer;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function outcomeOf(model: Model, problem: Problem, answer: SearchAnswer, limits: SolveLimits): SolveOutcome {
  if (answer.values === null) {
    if (answer.exhaustive) return { status: 'infeasible', blamed: null };
    return { status: 'unknown', limit: limits.timeMs === null ? 'work' : 'time' };
  }
  const values = Array.from(answer.values, (value) => problem.universe[value] ?? NaN);
  const { levels } = evaluate(model, values);
  const isProved = problem.comparable && answer.objective >= answer.bound - ALIKE;
  const [level] = model.objectives;
  const scale = level === undefined ? 1 : (weightScale(level) ?? 1);
  return {
    status: isProved ? 'optimal' : 'feasible',
    values,
    levels: model.objectives.map(({ priority }, i) => {
      const value = levels[i] ?? 0;
      if (isProved) return levelResult(priority, value, value);
      // Of several levels the bound of the search is one of them all together.
      if (levels.length > 1 || answer.bound === Infinity) return levelResult(priority, value, null);
      return levelResult(priority, value, Math.max(value, answer.bound / scale));
    }),
  };
}
