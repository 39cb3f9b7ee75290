import { must } from '../base/assert.js';
import type { Capacity, Literal, Loads, Model, VariableId } from '../model/model.js';
import { positive } from '../model/model.js';
import { evaluationOrder } from '../model/order.js';

/** How a variable becomes columns: one per value, or one for its value. A fixed one needs none. */
export type Shape = 'fixed' | 'listed' | 'interval';

/** More columns than this for one variable are not made. */
export const MOST_VALUES = 20_000;
/** Up to this many values one column per value is cheap and gives the tightest rows. */
const FEW_VALUES = 32;
/** Up to this many values a comparison is tighter by value than as a difference with a switch. */
const MOST_COMPARED = 1_000;
/** More runs than this in the lists that mention a variable cost more than one column per value. */
const FEW_RUNS = 8;

/** Number of maximal runs of consecutive integers in an ascending list. */
export function runsOf(values: readonly number[]): { lo: number; hi: number }[] {
  const runs: { lo: number; hi: number }[] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last?.hi === value - 1) last.hi = value;
    else runs.push({ lo: value, hi: value });
  }
  return runs;
}

interface Usage {
  /** Used where single values matter: as an item of a capacity or of loads, or under a class map. */
  byValue: boolean;
  /** Compared by value in a node that is not simply asserted. */
  compared: boolean;
  /** Used in a Boolean node over this variable alone. */
  tested: boolean;
  runs: number;
}

/** Number of values in a variable's domain; Infinity where it has no end. */
function sizeOf(model: Model, variable: VariableId): number {
  const { values, lo, hi } = must(model.variables[variable], () => `variable ${variable}`);
  if (values !== null) return values.length;
  return lo === null || hi === null ? Infinity : hi - lo + 1;
}

function isContiguous(values: readonly number[]): boolean {
  return (values.at(-1) ?? 0) - (values[0] ?? 0) === values.length - 1;
}

/** Decides for every variable of a (reduced) model how it becomes columns. */
export function shapesOf(model: Model): Shape[] {
  const usages: Usage[] = model.variables.map(() => ({
    byValue: false,
    compared: false,
    tested: false,
    runs: 0,
  }));
  const usageOf = (variable: VariableId): Usage => must(usages[variable], () => `variable ${variable}`);
  const equalities: { left: VariableId; right: VariableId }[] = [];
  const counted = new Set<Loads>();
  const noteItems = ({ items }: Capacity | Loads): void => {
    for (const { variable } of items) usageOf(variable).byValue = true;
  };
  const asserted = new Set<Literal>();
  for (const constraint of model.constraints) {
    if (constraint.kind === 'assert') asserted.add(constraint.literal);
  }
  for (const entity of evaluationOrder(model).order) {
    if (entity < 0) {
      const numeric = model.numerics[~entity];
      if (numeric?.kind === 'balance') noteItems(numeric.capacity);
      if (numeric?.kind === 'load' && !counted.has(numeric.loads)) {
        counted.add(numeric.loads);
        noteItems(numeric.loads);
      }
      continue;
    }
    const node = model.nodes[entity];
    if (node?.kind === 'member') {
      const usage = usageOf(node.variable);
      usage.tested = true;
      usage.runs += runsOf(node.values).length;
    } else if (node?.kind === 'atMost') {
      usageOf(node.variable).tested = true;
      usageOf(node.variable).runs += 1;
    } else if (node?.kind === 'same') {
      if (node.leftClasses === null && node.rightClasses === null) {
        equalities.push({ left: node.left, right: node.right });
        if (!asserted.has(positive(entity))) {
          usageOf(node.left).compared = true;
          usageOf(node.right).compared = true;
        }
      } else {
        usageOf(node.left).byValue = true;
        usageOf(node.right).byValue = true;
      }
    }
  }
  for (const constraint of model.constraints) {
    if (constraint.kind === 'capacity') noteItems(constraint.capacity);
  }
  const shapes = usages.map((usage, id) => shapeOf(model, id, usage));
  // An equality of two values is one row between intervals; beside a listed variable the other is listed too.
  let changed = true;
  while (changed) {
    changed = false;
    for (const { left, right } of equalities) {
      for (const [one, other] of [
        [left, right],
        [right, left],
      ] as const) {
        if (shapes[one] !== 'listed' || shapes[other] !== 'interval') continue;
        if (sizeOf(model, other) > MOST_VALUES) continue;
        shapes[other] = 'listed';
        changed = true;
      }
    }
  }
  return shapes;
}

function shapeOf(model: Model, id: VariableId, usage: Usage): Shape {
  const size = sizeOf(model, id);
  const { values } = must(model.variables[id], () => `variable ${id}`);
  if (size === 1) return 'fixed';
  if (size === 2 || (values !== null && !isContiguous(values))) return 'listed';
  if (size > MOST_VALUES) return 'interval';
  if (usage.byValue || (usage.compared && size <= MOST_COMPARED)) return 'listed';
  return usage.tested && (size <= FEW_VALUES || usage.runs > FEW_RUNS) ? 'listed' : 'interval';
}
