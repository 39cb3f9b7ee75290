import { assert, must, unreachable } from '../base/assert.js';
import { addExact, multiplyExact } from '../base/int.js';
import { byNumber } from '../base/order.js';
import type {
  Assignment,
  Capacity,
  ClassMap,
  LinearExpression,
  Literal,
  Loads,
  Model,
  NumericNode,
  OriginId,
  TermOf,
  Variable,
  VariableId,
} from './model.js';
import { isNegated, nodeOf } from './model.js';
import { evaluationOrder } from './order.js';
import { indexIn } from './search.js';
import { levelValue } from './weights.js';

/** What an assignment means on a model. */
export interface Evaluation {
  /** Origins of violated constraints, ascending, each once. */
  readonly violated: readonly OriginId[];
  /** Variables whose value is no integer or lies outside their domain, ascending. */
  readonly outOfDomain: readonly VariableId[];
  /** Per level, per soft term: its own, unweighted value. */
  readonly soft: readonly (readonly number[])[];
  /** Per level: the weighted sum. */
  readonly levels: readonly number[];
}

/** Truth of every reachable node (0 or 1) and value of every reachable numeric node, by id. */
export interface Trace {
  readonly truths: Uint8Array;
  readonly numbers: Float64Array;
}

export function isInDomain(variable: Variable, value: number): boolean {
  if (!Number.isSafeInteger(value)) return false;
  if (variable.values !== null) return indexIn(variable.values, value) >= 0;
  return (variable.lo === null || value >= variable.lo) && (variable.hi === null || value <= variable.hi);
}

/** Class of a value, or undefined where it has none and so equals nothing. */
export function classOf(classes: ClassMap | null, value: number): number | undefined {
  return classes === null ? value : classes.get(value);
}

const valueAt = (values: Assignment, variable: VariableId): number =>
  must(values[variable], () => `value of variable ${variable}`);

function holds(truths: Uint8Array, literal: Literal): boolean {
  return (truths[nodeOf(literal)] === 1) !== isNegated(literal);
}

function termValue(of: TermOf, values: Assignment, trace: Trace): number {
  switch (of.kind) {
    case 'variable':
      return valueAt(values, of.variable);
    case 'literal':
      return holds(trace.truths, of.literal) ? 1 : 0;
    case 'numeric':
      return trace.numbers[of.numeric] ?? 0;
    default:
      return unreachable(of);
  }
}

function expressionValue(expression: LinearExpression, values: Assignment, trace: Trace): number {
  let total = expression.constant;
  for (const { of, coefficient } of expression.terms) {
    total = addExact(total, multiplyExact(coefficient, termValue(of, values, trace)));
  }
  return total;
}

/** The demands of present items by the value they chose. */
function loadsOf({ items }: Capacity, values: Assignment, truths: Uint8Array): ReadonlyMap<number, number> {
  const loads = new Map<number, number>();
  for (const { variable, demand, presence } of items) {
    if (presence !== null && !holds(truths, presence)) continue;
    const key = valueAt(values, variable);
    loads.set(key, addExact(loads.get(key) ?? 0, demand));
  }
  return loads;
}

/** The smallest spare capacity of keys that bear a load; Infinity where none does. Other keys have all of theirs. */
function smallestLoadedSpare(capacity: Capacity, values: Assignment, truths: Uint8Array): number {
  const { keys } = capacity;
  let smallest = Infinity;
  for (const [key, load] of loadsOf(capacity, values, truths)) {
    const entry = keys[keyIndex(keys, key)];
    if (entry?.key === key) smallest = Math.min(smallest, addExact(entry.capacity, -load));
  }
  return smallest;
}

/** Where a key is, or belongs, in keys that ascend. */
function keyIndex(keys: Capacity['keys'], key: number): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle]?.key ?? 0) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Ends {
  readonly smallest: number;
  readonly largest: number;
}

const knownEnds = new WeakMap<Capacity['keys'], Ends>();

/** The smallest and the largest capacity of some key; kept per list of keys, since models never change. */
function capacityEnds(keys: Capacity['keys']): Ends {
  let ends = knownEnds.get(keys);
  if (ends === undefined) {
    let smallest = Infinity;
    let largest = 0;
    for (const { capacity } of keys) {
      if (capacity < smallest) smallest = capacity;
      if (capacity > largest) largest = capacity;
    }
    ends = { smallest, largest };
    knownEnds.set(keys, ends);
  }
  return ends;
}

/** Truths and numbers of an integer assignment. Throws UnsafeIntegerError. */
export function traceOf(model: Model, values: Assignment): Trace {
  const truths = new Uint8Array(model.nodes.length);
  const numbers = new Float64Array(model.numerics.length);
  const trace = { truths, numbers };
  const sums = new Map<Loads, ReadonlyMap<number, number>>();
  // One pass over the items serves all keys; their presences come before the first of them in the order.
  const sumsOf = (loads: Loads): ReadonlyMap<number, number> => {
    let known = sums.get(loads);
    if (known === undefined) {
      known = loadSums(loads, values, truths);
      sums.set(loads, known);
    }
    return known;
  };
  const { order, cycle } = evaluationOrder(model);
  assert(cycle === null, 'evaluation of a cyclic model');
  for (const entity of order) {
    if (entity < 0) {
      const numeric = must(model.numerics[~entity], 'numeric node');
      numbers[~entity] =
        numeric.kind === 'load'
          ? (sumsOf(numeric.loads).get(numeric.key) ?? 0)
          : numberOf(numeric, values, trace);
    } else {
      truths[entity] = truthOfNode(model, entity, values, trace) ? 1 : 0;
    }
  }
  return trace;
}

/** What every key is asked for; keys that no item chose are left out. Throws UnsafeIntegerError. */
export function loadSums(
  { items, classes }: Loads,
  values: Assignment,
  truths: Uint8Array,
): ReadonlyMap<number, number> {
  const sums = new Map<number, number>();
  for (const { variable, demand, presence } of items) {
    if (presence !== null && !holds(truths, presence)) continue;
    const key = classOf(classes, valueAt(values, variable));
    if (key !== undefined) sums.set(key, addExact(sums.get(key) ?? 0, demand));
  }
  return sums;
}

function numberOf(numeric: Exclude<NumericNode, { kind: 'load' }>, values: Assignment, trace: Trace): number {
  const value = (expression: LinearExpression): number => expressionValue(expression, values, trace);
  switch (numeric.kind) {
    case 'when':
      return holds(trace.truths, numeric.literal) ? value(numeric.expression) : 0;
    case 'balance':
      return balanceOf(numeric.capacity, values, trace.truths);
    case 'extreme': {
      const entry = numeric.entries[extremeEntry(numeric, values, trace)];
      return value(must(entry, 'an entry that holds').expression);
    }
    case 'product':
      return multiplyExact(value(numeric.left), value(numeric.right));
    case 'quotient':
      return truncatedQuotient(value(numeric.dividend), value(numeric.divisor));
    default:
      return unreachable(numeric);
  }
}

/** Integer division as SQLite has it, save that a division by 0 gives 0. */
export const truncatedQuotient = (dividend: number, divisor: number): number =>
  divisor === 0 ? 0 : Math.trunc((dividend - (dividend % divisor)) / divisor) + 0;

/** Index of the first entry that holds and is the extreme; -1 where none holds. */
export function extremeEntry(
  { greatest, entries }: Extract<NumericNode, { kind: 'extreme' }>,
  values: Assignment,
  trace: Trace,
): number {
  let best = -1;
  let extreme = 0;
  entries.forEach(({ literal, expression }, index) => {
    if (!holds(trace.truths, literal)) return;
    const value = expressionValue(expression, values, trace);
    if (best >= 0 && (greatest ? value <= extreme : value >= extreme)) return;
    best = index;
    extreme = value;
  });
  return best;
}

function balanceOf(capacity: Capacity, values: Assignment, truths: Uint8Array): number {
  if (capacity.keys.length === 0) return 0;
  const { smallest, largest } = capacityEnds(capacity.keys);
  return addExact(Math.min(smallest, smallestLoadedSpare(capacity, values, truths)), -largest);
}

function truthOfNode(model: Model, id: number, values: Assignment, trace: Trace): boolean {
  const node = must(model.nodes[id], 'Boolean node');
  switch (node.kind) {
    case 'true':
      return true;
    case 'member':
      return indexIn(node.values, valueAt(values, node.variable)) >= 0;
    case 'atMost':
      return valueAt(values, node.variable) <= node.bound;
    case 'linear': {
      const value = expressionValue(node.expression, values, trace);
      return (node.lo === null || value >= node.lo) && (node.hi === null || value <= node.hi);
    }
    case 'same': {
      const left = classOf(node.leftClasses, valueAt(values, node.left));
      return left !== undefined && left === classOf(node.rightClasses, valueAt(values, node.right));
    }
    case 'or':
      return node.literals.some((literal) => holds(trace.truths, literal));
    default:
      return unreachable(node);
  }
}

/**
 * Exact meaning of `values` on `model`, in checked integer arithmetic.
 *
 * - Expects one value per variable and a valid model; throws UnsafeIntegerError where a sum leaves 2^53.
 * - With a value that is no integer only `outOfDomain` is filled: nothing else has a meaning then.
 */
export function evaluate(model: Model, values: Assignment): Evaluation {
  assert(values.length === model.variables.length, 'an assignment has one value per variable');
  const outOfDomain: VariableId[] = [];
  model.variables.forEach((variable, id) => {
    if (!isInDomain(variable, valueAt(values, id))) outOfDomain.push(id);
  });
  if (!values.every(Number.isSafeInteger)) return { violated: [], outOfDomain, soft: [], levels: [] };
  const trace = traceOf(model, values);
  const violated = new Set<OriginId>();
  for (const constraint of model.constraints) {
    const kept =
      constraint.kind === 'assert'
        ? holds(trace.truths, constraint.literal)
        : smallestLoadedSpare(constraint.capacity, values, trace.truths) >= 0;
    if (!kept) violated.add(constraint.origin);
  }
  const soft = model.objectives.map((level) =>
    level.soft.map(({ expression }) => expressionValue(expression, values, trace)),
  );
  const levels = model.objectives.map((level, index) => levelValue(level, soft[index] ?? []));
  return { violated: [...violated].sort(byNumber), outOfDomain, soft, levels };
}
