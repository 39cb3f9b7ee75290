import { must } from '../base/assert.js';
import type { Loads, Model, Variable, VariableId } from '../model/model.js';
import { nodeOf } from '../model/model.js';
import { numericParts } from '../model/numeric-parts.js';
import { reachableNodes } from '../model/order.js';
import { byNumber } from '../base/order.js';
import { countWithin } from './domain.js';
import { readsOfItems, readsOfNode } from './reads.js';

const isUnbounded = ({ values, lo, hi }: Variable): boolean =>
  values === null && (lo === null || hi === null);

/**
 * Unbounded variables that are read by anything but an asserted linear row, an asserted equality of two
 * values, or an objective. `variables` and `truths` are what propagation left.
 */
export function unboundedVariables(
  model: Model,
  variables: readonly Variable[],
  truths: Int8Array,
): VariableId[] {
  const suspects = new Set<VariableId>();
  variables.forEach((variable, id) => {
    if (isUnbounded(variable)) suspects.add(id);
  });
  if (suspects.size === 0) return [];
  const found = new Set<VariableId>();
  const blame = (ids: Iterable<VariableId>): void => {
    for (const id of ids) if (suspects.has(id)) found.add(id);
  };
  for (const constraint of model.constraints) {
    if (constraint.kind === 'capacity') blame(readsOfItems(model, constraint.capacity).variables);
  }
  for (const id of reachableNodes(model)) {
    const node = must(model.nodes[id], () => `node ${id}`);
    const isTrue = truths[id] === 1;
    if (node.kind === 'linear') {
      const oneSided = node.lo === null || node.hi === null;
      if (!isTrue && !(truths[id] === 0 && oneSided)) blame(readsOfNode(model, id).variables);
    } else if (node.kind === 'same') {
      const plain = node.leftClasses === null && node.rightClasses === null;
      if (!isTrue || !plain) blame([node.left, node.right]);
    } else if (node.kind === 'atMost') {
      if (truths[id] === -1) blame([node.variable]);
    } else if (node.kind === 'member') {
      // A hole in an unbounded interval needs a bound; one that is wholly outside does not.
      const { lo, hi } = must(variables[node.variable], () => `variable ${node.variable}`);
      if (countWithin(node.values, { lo: lo ?? -Infinity, hi: hi ?? Infinity }) > 0) blame([node.variable]);
    }
  }
  const loads = new Set<Loads>();
  for (const numeric of model.numerics) {
    if (numeric.kind === 'balance') blame(readsOfItems(model, numeric.capacity).variables);
    else if (numeric.kind === 'load') loads.add(numeric.loads);
    else if (numeric.kind !== 'when' || truths[nodeOf(numeric.literal)] === -1)
      for (const { terms } of numericParts(numeric).expressions)
        for (const { of } of terms) if (of.kind === 'variable') blame([of.variable]);
  }
  for (const { items } of loads) blame(items.map(({ variable }) => variable));
  return [...found].sort(byNumber);
}
