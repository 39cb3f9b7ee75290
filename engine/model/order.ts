import type { LinearExpression, Literal, Loads, Model, NumericId, NodeId } from './model.js';
import { nodeOf } from './model.js';
import { numericParts } from './numeric-parts.js';

/** A Boolean node as its id, a numeric node as ~id (negative), so that one list holds both. */
export type Entity = number;

export const entityOfNumeric = (numeric: NumericId): Entity => ~numeric;

/** Entities of a model that its constraints and objectives reach, each after all it reads. */
export interface EvaluationOrder {
  readonly order: readonly Entity[];
  /** An entity that reads itself, or null; with a cycle `order` is not complete. */
  readonly cycle: Entity | null;
}

function expressionChildren(expression: LinearExpression, visit: (child: Entity) => void): void {
  for (const { of } of expression.terms) {
    if (of.kind === 'literal') visit(nodeOf(of.literal));
    else if (of.kind === 'numeric') visit(entityOfNumeric(of.numeric));
  }
}

function itemChildren(
  items: readonly { readonly presence: Literal | null }[],
  visit: (child: Entity) => void,
): void {
  for (const { presence } of items) if (presence !== null) visit(nodeOf(presence));
}

/** Calls `visit` for every entity that `entity` reads directly. */
export function forEachChild(model: Model, entity: Entity, visit: (child: Entity) => void): void {
  if (entity >= 0) {
    const node = model.nodes[entity];
    if (node?.kind === 'or') for (const literal of node.literals) visit(nodeOf(literal));
    else if (node?.kind === 'linear') expressionChildren(node.expression, visit);
    return;
  }
  const numeric = model.numerics[~entity];
  if (numeric === undefined) return;
  const { literals, expressions, capacity, loads } = numericParts(numeric);
  for (const literal of literals) visit(nodeOf(literal));
  for (const expression of expressions) expressionChildren(expression, visit);
  if (capacity !== null) itemChildren(capacity.items, visit);
  if (loads !== null) itemChildren(loads.items, visit);
}

/** Calls `visit` for every entity that a constraint or an objective reads directly, in model order. */
export function forEachRoot(model: Model, visit: (root: Entity) => void): void {
  for (const constraint of model.constraints) {
    if (constraint.kind === 'assert') visit(nodeOf(constraint.literal));
    else itemChildren(constraint.capacity.items, visit);
  }
  for (const { soft } of model.objectives) {
    for (const { expression } of soft) expressionChildren(expression, visit);
  }
}

const known = new WeakMap<Model, EvaluationOrder>();

/** Children before parents; kept per model, since models never change. No recursion, so depth does not matter. */
export function evaluationOrder(model: Model): EvaluationOrder {
  const cached = known.get(model);
  if (cached !== undefined) return cached;
  const { length } = model.nodes;
  const indexOf = (entity: Entity): number => (entity >= 0 ? entity : length + ~entity);
  const OPEN = 1;
  const DONE = 2;
  const state = new Uint8Array(length + model.numerics.length);
  const order: Entity[] = [];
  let cycle: Entity | null = null;
  const stack: Entity[] = [];
  // Nodes of one Loads read the same: the first one that is met has it looked at for all.
  const firstOf = new Map<Loads, Entity>();
  const loadsOf = (entity: Entity): Loads | null => {
    const numeric = entity < 0 ? model.numerics[~entity] : undefined;
    return numeric?.kind === 'load' ? numeric.loads : null;
  };
  const expand = (child: Entity): void => {
    const childState = state[indexOf(child)];
    if (childState === OPEN) cycle ??= child;
    else if (childState === 0) stack.push(child);
  };
  forEachRoot(model, (root) => {
    stack.push(root);
    while (stack.length > 0 && cycle === null) {
      const entity = stack.at(-1) ?? 0;
      const index = indexOf(entity);
      if (state[index] === 0) {
        state[index] = OPEN;
        const loads = loadsOf(entity);
        const first = loads === null ? undefined : firstOf.get(loads);
        if (first !== undefined) {
          if (state[indexOf(first)] === OPEN) cycle ??= entity;
          continue;
        }
        if (loads !== null) firstOf.set(loads, entity);
        forEachChild(model, entity, expand);
        continue;
      }
      stack.pop();
      if (state[index] === DONE) continue;
      state[index] = DONE;
      order.push(entity);
    }
    stack.length = 0;
  });
  const result = { order, cycle };
  known.set(model, result);
  return result;
}

/** Node ids of an evaluation order, children first. */
export function reachableNodes(model: Model): NodeId[] {
  return evaluationOrder(model).order.filter((entity) => entity >= 0);
}
