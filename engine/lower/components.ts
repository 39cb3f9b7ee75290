import type { BoundExpression, BoundGround, BoundSelect } from '../check/bound.js';
import { boundParts } from '../check/bound.js';
import { itemsOf } from '../check/fragment.js';

/** Union-find over the row sources of one select. */
class Groups {
  private readonly parent = new Map<number, number>();

  find(item: number): number {
    const up = this.parent.get(item) ?? item;
    if (up === item) return item;
    const root = this.find(up);
    this.parent.set(item, root);
    return root;
  }

  join(items: Iterable<number>): void {
    let first: number | null = null;
    for (const item of items) {
      if (first === null) first = this.find(item);
      else this.parent.set(this.find(item), first);
    }
  }
}

/** Every ground leaf below an expression, selects inside it left out (they are components of their own). */
export function groundLeaves(expression: BoundExpression, visit: (leaf: BoundGround) => void): void {
  if (expression.kind === 'ground') visit(expression);
  else for (const part of boundParts(expression)) groundLeaves(part, visit);
}

/** Row sources joined by `decision = column`. */
function chosenItems(select: BoundSelect): number[] {
  return select.conditions.flatMap((condition) => {
    if (condition.kind !== 'compare' || condition.operator !== '=') return [];
    const { left, right } = condition;
    if (left.kind === 'decision' && right.kind === 'ground') return [...itemsOf(right.sql)];
    if (right.kind === 'decision' && left.kind === 'ground') return [...itemsOf(left.sql)];
    return [];
  });
}

/**
 * Which row sources must be read by one query: those that stand in one unit of `from`, that one ground
 * condition ties, or that one ground expression reads together. Components come in order of their first item.
 */
export function componentsOf(select: BoundSelect, clause: readonly BoundExpression[]): number[][] {
  const local = new Set(select.items.map((item) => item.id));
  const groups = new Groups();
  for (const unit of select.units) {
    // A table-valued function reads columns of its neighbours.
    groups.join([...unit.items, ...[...itemsOf(unit.sql)].filter((item) => local.has(item))]);
  }
  const joinLeaf = (leaf: BoundGround): void =>
    groups.join([...itemsOf(leaf.sql)].filter((item) => local.has(item)));
  for (const expression of [...select.conditions, ...select.groupBy]) groundLeaves(expression, joinLeaf);
  const apart: BoundGround[] = [];
  const read = [...select.having, ...select.outputs.map((output) => output.expression), ...clause];
  for (const expression of read) {
    groundLeaves(expression, (leaf) => {
      if (leaf.sides === undefined) joinLeaf(leaf);
      else apart.push(leaf);
    });
  }
  // A comparison of columns of two rows that decisions choose is read side by side: their product may be huge.
  const chosen = new Set(chosenItems(select).map((item) => groups.find(item)));
  for (const leaf of apart) {
    const roots = [...itemsOf(leaf.sql)].filter((item) => local.has(item)).map((item) => groups.find(item));
    if (!roots.every((root) => chosen.has(root))) joinLeaf(leaf);
  }
  const byRoot = new Map<number, number[]>();
  for (const item of select.items) {
    const root = groups.find(item.id);
    const members = byRoot.get(root);
    if (members === undefined) byRoot.set(root, [item.id]);
    else members.push(item.id);
  }
  return [...byRoot.values()];
}
