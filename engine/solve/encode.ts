import { must } from '../base/assert.js';
import { extremeEntry, isInDomain, traceOf } from '../model/evaluate.js';
import type { Assignment, Model, Variable } from '../model/model.js';
import { scaledWeight, weightScale } from '../model/weights.js';
import type { Affine } from './affine.js';
import { combine, valueOfAffine } from './affine.js';
import { Encoder } from './encoder.js';
import type { Choice, Encoding, Meaning, MipObjective } from './mip.js';
import { Unsupported } from './mip-builder.js';
import { ABOVE, BELOW } from './need.js';

/** A column further than this from an integer is no answer. */
const INTEGER_TOLERANCE = 1e-6;

const known = new WeakMap<Model, Encoding>();

/**
 * The mixed-integer program of a model; kept per model, since models never change.
 *
 * Listed variables become one column per value (one column for two values), intervals one integer column;
 * what depends on one listed variable is a sum of its columns; every other node gets a column and only the
 * rows that its readers need. Hard constraints and level values of the program are those of the model.
 */
export function encodeModel(model: Model): Encoding {
  const cached = known.get(model);
  if (cached !== undefined) return cached;
  const encoding = encode(model);
  known.set(model, encoding);
  return encoding;
}

function encode(model: Model): Encoding {
  if (model.variables.some(({ values }) => values?.length === 0)) return { kind: 'infeasible' };
  const encoder = new Encoder(model);
  try {
    for (const constraint of model.constraints) {
      if (constraint.kind === 'assert') encoder.assert(constraint.literal);
      else encoder.capacities.constraint(constraint.capacity);
    }
    encoder.equalities.finish();
    const makers = model.objectives.map((_, index) => levelOf(encoder, index));
    if (encoder.builder.contradiction) return { kind: 'infeasible' };
    const mip = encoder.builder.build(makers.map((make) => make()));
    return { kind: 'mip', mip, choices: encoder.columns.choices, meanings: encoder.builder.meanings };
  } catch (error) {
    if (error instanceof Unsupported) return { kind: 'unsupported', detail: error.message };
    if (error instanceof RangeError)
      return { kind: 'unsupported', detail: 'conditions are nested too deeply' };
    throw error;
  }
}

/** Makes the columns of a level; the cost vector only when all levels have theirs. */
function levelOf(encoder: Encoder, index: number): () => MipObjective {
  const level = must(encoder.model.objectives[index], 'objective level');
  const scale = weightScale(level);
  const parts: (readonly [number, Affine])[] = [];
  for (const { weight, expression } of level.soft) {
    if (weight === 0) continue;
    const factor = scale === null ? weight : must(scaledWeight(weight, scale), 'scaled weight');
    parts.push([factor, encoder.expression(expression, weight > 0 ? BELOW : ABOVE)]);
  }
  const affine = combine(parts);
  return () => encoder.builder.objective(level.priority, affine, scale ?? 1, scale !== null);
}

/**
 * The assignment that column values stand for. A variable whose columns are not integers gets NaN, which
 * the exact check refuses as fractional.
 */
export function decodeColumns(
  model: Model,
  choices: readonly (Choice | null)[],
  columns: Float64Array,
): Assignment {
  return model.variables.map((variable, id) => {
    const choice = choices[id] ?? null;
    if (choice === null) return restingValue(variable, model.hints[id] ?? null);
    return choiceValue(choice, columns);
  });
}

function rounded(value: number | undefined): number {
  if (value === undefined) return NaN;
  const nearest = Math.round(value);
  // Large values carry the relative error of a double.
  const tolerance = Math.max(INTEGER_TOLERANCE, Math.abs(nearest) * 1e-12);
  return Math.abs(value - nearest) <= tolerance ? nearest + 0 : NaN;
}

function choiceValue(choice: Choice, columns: Float64Array): number {
  switch (choice.kind) {
    case 'fixed':
      return choice.value;
    case 'integer':
      return rounded(columns[choice.column]);
    case 'binary': {
      const taken = rounded(columns[choice.column]);
      return Number.isNaN(taken) ? NaN : taken === 1 ? choice.high : choice.low;
    }
    case 'oneHot': {
      let chosen = NaN;
      for (const [index, value] of choice.values.entries()) {
        const taken = rounded(columns[choice.first + index]);
        if (taken === 0) continue;
        if (taken !== 1 || !Number.isNaN(chosen)) return NaN;
        chosen = value;
      }
      return chosen;
    }
  }
}

/** A value for a variable that nothing depends on: its hint, else the one nearest to 0. */
export function restingValue(variable: Variable, hint: number | null): number {
  if (hint !== null && isInDomain(variable, hint)) return hint;
  if (variable.values !== null) return variable.values[0] ?? 0;
  return Math.max(Math.min(0, variable.hi ?? 0), variable.lo ?? -Infinity);
}

/**
 * Column values of an assignment that the model accepts, or null where some column is not derived from it.
 * INVARIANT: `values` violates nothing and is in the domains of `model`.
 */
export function columnsOf(
  model: Model,
  meanings: readonly Meaning[],
  values: Assignment,
): Float64Array | null {
  const columns = new Float64Array(meanings.length);
  const trace = traceOf(model, values);
  for (const [index, meaning] of meanings.entries()) {
    switch (meaning.kind) {
      case 'choice':
        columns[index] = values[meaning.variable] === meaning.value ? 1 : 0;
        break;
      case 'variable':
        columns[index] = values[meaning.variable] ?? 0;
        break;
      case 'node':
        columns[index] = trace.truths[meaning.node] ?? 0;
        break;
      case 'numeric':
        columns[index] = trace.numbers[meaning.numeric] ?? 0;
        break;
      case 'attains': {
        const numeric = model.numerics[meaning.numeric];
        const first = numeric?.kind === 'extreme' ? extremeEntry(numeric, values, trace) : -1;
        columns[index] = first === meaning.entry ? 1 : 0;
        break;
      }
      case 'digit':
        columns[index] = Math.floor(valueOfAffine(meaning.of, columns) / meaning.worth) % 2;
        break;
      case 'within': {
        const value = valueOfAffine(meaning.of, columns);
        columns[index] = value >= meaning.lo && value <= meaning.hi ? 1 : 0;
        break;
      }
      case 'both': {
        const holds = valueOfAffine(meaning.left, columns) >= 1 && valueOfAffine(meaning.right, columns) >= 1;
        columns[index] = holds ? 1 : 0;
        break;
      }
      case 'product':
        columns[index] = valueOfAffine(meaning.left, columns) * valueOfAffine(meaning.right, columns);
        break;
      case 'open':
        return null;
    }
  }
  return columns;
}
