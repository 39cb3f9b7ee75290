import { UnsafeIntegerError } from '../base/int.js';
import { evaluate } from '../model/evaluate.js';
import type { Evaluation } from '../model/evaluate.js';
import type { Assignment, Model } from '../model/model.js';
import { weightScale } from '../model/weights.js';
import type { LevelResult, Rejection, SolveOutcome } from './solver.js';

/** Why an answer is not believed. */
export type Refusal = Omit<Rejection, 'backend'>;

/** Level values that are no decimals may differ by this share from one computation to another. */
const REAL_SHARE = 1e-9;

const wrong = (detail: string): Refusal => ({ reason: 'wrong', detail });

function refuseValues(model: Model, values: Assignment): Refusal | Evaluation {
  if (values.length !== model.variables.length) {
    return wrong(`${values.length} values for ${model.variables.length} variables`);
  }
  const fraction = values.findIndex((value) => !Number.isSafeInteger(value));
  if (fraction >= 0) {
    return { reason: 'fractional', detail: `${labelOf(model, fraction)} = ${values[fraction] ?? NaN}` };
  }
  const evaluation = evaluate(model, values);
  const [outside] = evaluation.outOfDomain;
  if (outside !== undefined) {
    return wrong(`${labelOf(model, outside)} = ${values[outside] ?? NaN} is outside its domain`);
  }
  const { violated } = evaluation;
  if (violated.length > 0) return wrong(`violates constraints of origin ${violated.slice(0, 5).join(', ')}`);
  return evaluation;
}

const labelOf = (model: Model, id: number): string => model.variables[id]?.label ?? `variable ${id}`;

function refuseLevel(level: LevelResult, exact: number, tolerance: number, optimal: boolean): Refusal | null {
  const { priority, value, bound } = level;
  if (!(Math.abs(value - exact) <= tolerance)) {
    return wrong(`claims ${value} at priority ${priority}, where the answer is worth ${exact}`);
  }
  if (bound !== null && !(bound >= value - tolerance)) {
    return wrong(`claims the bound ${bound} at priority ${priority} beside the value ${value}`);
  }
  if (optimal && (bound === null || bound > value + tolerance)) {
    return wrong(`claims an optimum at priority ${priority} without a proof`);
  }
  return null;
}

/**
 * The exact check of an answer on the model it is meant for; null where there is nothing to object.
 *
 * - Refuses values that are no integers, lie outside a domain or violate a constraint.
 * - Refuses level values that differ from the exact ones, bounds below a value, and `optimal` without bounds
 *   that meet the values. Whether a bound is valid cannot be checked from an answer.
 * - Says nothing of answers without values.
 */
export function verifyOutcome(model: Model, outcome: SolveOutcome): Refusal | null {
  if (outcome.status !== 'optimal' && outcome.status !== 'feasible') return null;
  let checked: Refusal | Evaluation;
  try {
    checked = refuseValues(model, outcome.values);
  } catch (error) {
    if (error instanceof UnsafeIntegerError) return wrong(error.message);
    throw error;
  }
  if ('reason' in checked) return checked;
  if (outcome.levels.length !== model.objectives.length) {
    return wrong(`${outcome.levels.length} levels for ${model.objectives.length} priorities`);
  }
  for (const [index, level] of outcome.levels.entries()) {
    const objective = model.objectives[index];
    const exact = checked.levels[index] ?? 0;
    if (objective?.priority !== level.priority)
      return wrong(`reports priority ${level.priority} out of order`);
    const tolerance = weightScale(objective) === null ? REAL_SHARE * Math.max(1, Math.abs(exact)) : 0;
    const refusal = refuseLevel(level, exact, tolerance, outcome.status === 'optimal');
    if (refusal !== null) return refusal;
  }
  return null;
}
