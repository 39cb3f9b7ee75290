import type { Solve } from '../loop/decide.js';
import type { SolveResult } from '../loop/solve-database.js';
import { evaluate } from '../model/evaluate.js';
import type { Model, ObjectiveLevel } from '../model/model.js';
import type { SolveLimits } from '../solve/solver.js';

/** What one solve shows of a soft constraint. */
export interface SoftCoverage {
  /** Its value is not the best one, or an answer as good for all others could be worse for it. */
  readonly binding: boolean;
  /** Its value is the best that the hard constraints allow. */
  readonly slack: boolean;
}

const NOTHING: SoftCoverage = { binding: false, slack: false };

/** Compares the answer with the best for this constraint alone, and with the worst that does for all others. */
export async function softCoverage(
  model: Model,
  name: string,
  { status, soft }: SolveResult,
  solve: Solve,
  limits: SolveLimits,
): Promise<SoftCoverage> {
  const value = soft.find((one) => one.name === name)?.value;
  const term = model.objectives.flatMap((level) => level.soft).find((one) => one.name === name);
  // Where no decision has a part in it, no answer satisfies it better than another.
  if (status !== 'optimal' || value === undefined || term === undefined) return NOTHING;
  if (term.weight === 0 || term.expression.terms.length === 0) return NOTHING;
  const sign = Math.sign(term.weight);
  const lowest = Math.min(...model.objectives.map(({ priority }) => priority)) - 1;
  const only = (weight: number): ObjectiveLevel => ({ priority: lowest, soft: [{ ...term, weight }] });
  const best = await lastValue({ ...model, objectives: [only(sign)] }, solve, limits);
  if (best === null) return NOTHING;
  if (best !== value) return { binding: true, slack: false };
  const others = model.objectives.map((level) => ({
    ...level,
    soft: level.soft.filter((one) => one !== term),
  }));
  const wanted = others.filter((level) => level.soft.length > 0);
  const worst = await lastValue({ ...model, objectives: [...wanted, only(-sign)] }, solve, limits);
  return { binding: worst !== null && worst !== value, slack: true };
}

/** The value of the last level's only term in a proved answer, or null where there is none. */
async function lastValue(model: Model, solve: Solve, limits: SolveLimits): Promise<number | null> {
  const { outcome } = await solve(model, limits);
  if (outcome.status !== 'optimal') return null;
  return evaluate(model, outcome.values).soft.at(-1)?.[0] ?? null;
}
