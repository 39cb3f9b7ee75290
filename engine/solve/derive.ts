import { must, unreachable } from '../base/assert.js';
import type { ClassMap, Model, NodeId, VariableId } from '../model/model.js';
import type { Bounds, Knowledge } from './bounds.js';
import { truthOfLiteral } from './bounds.js';
import type { Domain } from './domain.js';
import type { Support } from './list-support.js';

/** What a node's truth is derived from. */
export interface Derivable extends Knowledge {
  domainOf(variable: VariableId): Domain;
  supportOf(variable: VariableId, classes: ClassMap | null): Support | null;
}

/** Truth of a node as its domains and its children's truths entail it: 1, 0, or -1 where they do not. */
export function deriveTruth(model: Model, id: NodeId, known: Derivable, bounds: Bounds): number {
  const node = must(model.nodes[id], () => `node ${id}`);
  switch (node.kind) {
    case 'true':
      return 1;
    case 'member':
      return memberTruth(known.domainOf(node.variable), node.values);
    case 'atMost': {
      const { lo, hi } = known.rangeOf(node.variable);
      return hi <= node.bound ? 1 : lo > node.bound ? 0 : -1;
    }
    case 'linear': {
      const range = bounds.expression(node.expression);
      const lo = node.lo ?? -Infinity;
      const hi = node.hi ?? Infinity;
      if (range.lo > hi || range.hi < lo) return 0;
      return range.lo >= lo && range.hi <= hi ? 1 : -1;
    }
    case 'same':
      return sameTruth(known, node.left, node.leftClasses, node.right, node.rightClasses);
    case 'or': {
      let open = false;
      for (const literal of node.literals) {
        const truth = truthOfLiteral(known, literal);
        if (truth === 1) return 1;
        if (truth < 0) open = true;
      }
      return open ? -1 : 0;
    }
    default:
      return unreachable(node);
  }
}

function memberTruth(domain: Domain, list: readonly number[]): number {
  const count = domain.countOf(list);
  if (count === 0) return 0;
  return count === domain.size ? 1 : -1;
}

function sameTruth(
  known: Derivable,
  left: VariableId,
  leftClasses: ClassMap | null,
  right: VariableId,
  rightClasses: ClassMap | null,
): number {
  if (left === right && leftClasses === rightClasses) {
    const total = leftClasses === null || known.supportOf(left, leftClasses)?.total === true;
    return total ? 1 : -1;
  }
  if (leftClasses === null && rightClasses === null) {
    const leftList = known.domainOf(left).values;
    const rightList = known.domainOf(right).values;
    if (leftList !== null && rightList !== null) return sameListTruth(leftList, rightList);
  }
  const leftSupport = known.supportOf(left, leftClasses);
  const rightSupport = known.supportOf(right, rightClasses);
  if (leftSupport === null || rightSupport === null) {
    return intervalTruth(known, left, leftSupport, right, rightSupport);
  }
  const [few, many] =
    leftSupport.classes.size <= rightSupport.classes.size
      ? [leftSupport, rightSupport]
      : [rightSupport, leftSupport];
  let shared = false;
  for (const kind of few.classes) {
    if (!many.classes.has(kind)) continue;
    shared = true;
    break;
  }
  if (!shared) return 0;
  return many.classes.size === 1 && few.total && many.total ? 1 : -1;
}

/** Both sides are compared by value and list what they may be; most lists that differ share one of their first values. */
function sameListTruth(left: readonly number[], right: readonly number[]): number {
  if (left.length === 1 && right.length === 1) return left[0] === right[0] ? 1 : 0;
  if (left === right) return left.length === 0 ? 0 : -1;
  for (let i = 0, j = 0; i < left.length && j < right.length;) {
    const a = left[i] ?? 0;
    const b = right[j] ?? 0;
    if (a === b) return -1;
    if (a < b) i += 1;
    else j += 1;
  }
  return 0;
}

/** At least one side is an interval compared by value; only its ends are looked at. */
function intervalTruth(
  known: Derivable,
  left: VariableId,
  leftSupport: Support | null,
  right: VariableId,
  rightSupport: Support | null,
): number {
  const touches = (variable: VariableId, support: Support | null): boolean => {
    const { lo, hi } = known.rangeOf(variable);
    if (support === null) return true;
    for (const kind of support.classes) if (lo <= kind && kind <= hi) return true;
    return false;
  };
  if (leftSupport === null && rightSupport === null) {
    const a = known.rangeOf(left);
    const b = known.rangeOf(right);
    return a.hi < b.lo || b.hi < a.lo ? 0 : -1;
  }
  return touches(left, rightSupport) && touches(right, leftSupport) ? -1 : 0;
}
