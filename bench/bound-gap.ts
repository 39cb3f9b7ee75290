import { must } from '../engine/base/assert.js';
import type { Model } from '../engine/model/model.js';
import { weightScale } from '../engine/model/weights.js';
import { upperBound } from '../engine/solve/search/bound.js';
import { compileProblem } from '../engine/solve/search/compile-problem.js';
import type { SolveOutcome } from '../engine/solve/solver.js';

/** Steps of a bound after the search, for a tighter gap than it had time for. */
const BOUND_STEPS = 2_000_000;

/**
 * What an answer with one level lacks to the tightest bound at hand, in percent of it: the solver's own, or one that
 * takes longer. Null where there is no answer or no bound.
 */
export function boundGap(model: Model, outcome: SolveOutcome): number | null {
  if (outcome.status === 'optimal') return 0;
  if (outcome.status !== 'feasible') return null;
  const level = must(outcome.levels[0], 'level');
  const problem = must(compileProblem(model), 'problem');
  const scale = weightScale(must(model.objectives[0], 'objective')) ?? 1;
  const later = upperBound(problem, BOUND_STEPS, level.value * scale).bound / scale;
  const bound = Math.min(level.bound ?? Infinity, later);
  if (!Number.isFinite(bound)) return null;
  return (100 * Math.max(0, bound - level.value)) / Math.max(1, Math.abs(bound));
}
