import { Disjoint } from '../base/disjoint.js';
import type { BoundExpression, BoundGround, BoundSelect } from '../check/bound.js';
import { boundParts } from '../check/bound.js';
import { itemsOf } from '../check/fragment.js';

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

/** The row sources of a select as the queries that read them. */
export interface Split {
  /** In order of their first item. */
  readonly components: readonly (readonly number[])[];
  /** Ground conditions between two of the components, with the side that reads the chosen row. */
  readonly cuts: readonly Cut[];
}

export interface Cut {
  readonly condition: BoundGround;
  readonly chosen: 'left' | 'right';
}

/**
 * Which row sources must be read by one query: those that stand in one unit of `from`, that one ground
 * condition ties, or that one ground expression reads together.
 */
export function componentsOf(select: BoundSelect, clause: readonly BoundExpression[]): number[][] {
  return membersOf(select, uncut(select, clause));
}

function membersOf(select: BoundSelect, groups: Disjoint): number[][] {
  const byRoot = new Map<number, number[]>();
  for (const item of select.items) {
    const root = groups.find(item.id);
    const members = byRoot.get(root);
    if (members === undefined) byRoot.set(root, [item.id]);
    else members.push(item.id);
  }
  return [...byRoot.values()];
}

/** An equality of columns of two row sources, by which their rows can be matched without a query that reads both. */
const isMatch = (condition: BoundExpression): condition is Matching =>
  condition.kind === 'ground' && condition.sides?.operator === '=';

type Matching = BoundGround & { readonly sides: NonNullable<BoundGround['sides']> };

/** Row sources tied by anything but `except`. */
function tied(
  select: BoundSelect,
  clause: readonly BoundExpression[],
  except: ReadonlySet<BoundExpression>,
): Disjoint {
  const local = new Set(select.items.map((item) => item.id));
  const groups = new Disjoint();
  for (const unit of select.units) {
    // A table-valued function reads columns of its neighbours.
    groups.join([...unit.items, ...[...itemsOf(unit.sql)].filter((item) => local.has(item))]);
  }
  const joinLeaf = (leaf: BoundGround): void =>
    groups.join([...itemsOf(leaf.sql)].filter((item) => local.has(item)));
  for (const expression of [...select.conditions, ...select.groupBy]) {
    if (!except.has(expression)) groundLeaves(expression, joinLeaf);
  }
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
  return groups;
}

const uncut = (select: BoundSelect, clause: readonly BoundExpression[]): Disjoint =>
  tied(select, clause, new Set());

/** Items of ground leaves that aggregates read. */
function aggregatedItems(expressions: readonly BoundExpression[]): number[] {
  const items: number[] = [];
  const visit = (expression: BoundExpression): void => {
    if (expression.kind === 'aggregate') {
      for (const part of boundParts(expression)) for (const item of itemsOf(part.sql)) items.push(item);
    } else boundParts(expression).forEach(visit);
  };
  expressions.forEach(visit);
  return items;
}

/**
 * As `componentsOf`, save that a row source joined by `column = decision` keeps to itself, with what hangs on it,
 * where only equalities of columns tie it to the decision's row: the rows of both, matched by those columns, are
 * then never read as a product. Rows that a group adds up stay with the decision, so that its keys alone are apart.
 */
export function splitOf(select: BoundSelect, clause: readonly BoundExpression[]): Split {
  const whole = uncut(select, clause);
  const none: Split = { components: membersOf(select, whole), cuts: [] };
  const matches = select.conditions.filter(isMatch);
  if (matches.length === 0) return none;
  const groups = tied(select, clause, new Set(matches));
  const local = new Set(select.items.map((item) => item.id));
  const rootsOf = (items: Iterable<number>): number[] =>
    [...items].filter((item) => local.has(item)).map((item) => groups.find(item));
  const deciding = new Set<number>();
  const candidates = new Set<number>();
  for (const condition of select.conditions) {
    if (condition.kind !== 'compare' || condition.operator !== '=') continue;
    for (const [decision, key] of [
      [condition.left, condition.right],
      [condition.right, condition.left],
    ] as const) {
      if (decision.kind !== 'decision' || key.kind !== 'ground' || !local.has(decision.item)) continue;
      deciding.add(groups.find(decision.item));
      for (const root of rootsOf(itemsOf(key.sql))) candidates.add(root);
    }
  }
  const clauses = [...clause, ...select.having, ...select.outputs.map(({ expression }) => expression)];
  const chosenWithout = (kept: ReadonlySet<number>): Set<number> => {
    const chosen = new Set([...candidates].filter((root) => !kept.has(root)));
    const other = new Set(kept);
    // What lies between the two goes to the nearer one; in the middle it is read with the decision.
    for (let before = -1; before !== chosen.size + other.size;) {
      before = chosen.size + other.size;
      const reached = matches.map(({ sql }) => rootsOf(itemsOf(sql)));
      const beside = (side: ReadonlySet<number>): number[] =>
        reached
          .filter((roots) => roots.some((root) => side.has(root)))
          .flat()
          .filter((root) => !chosen.has(root) && !other.has(root));
      const [toOther, toChosen] = [beside(other), beside(chosen)];
      for (const root of toOther) other.add(root);
      for (const root of toChosen) if (!other.has(root)) chosen.add(root);
    }
    return chosen;
  };
  const calls = clause.filter((part) => part.kind === 'capacity');
  for (const { decision } of calls) for (const root of rootsOf([decision.item])) deciding.add(root);
  const demanded = calls.flatMap(({ demand }) => rootsOf(itemsOf(demand.sql)));
  const added = [...rootsOf(aggregatedItems(clauses)), ...demanded];
  let chosen = chosenWithout(new Set([...deciding, ...added]));
  // Where all keys of the groups are elsewhere, what is chosen may be added up as well.
  const keys = rootsOf(select.groupBy.flatMap((key) => [...itemsOf(key.sql)]));
  const free = chosenWithout(deciding);
  if (calls.length === 0 && !keys.some((root) => free.has(root))) chosen = free;
  const cuts = matches.flatMap((condition): Cut[] => {
    const isChosen = (side: BoundGround): boolean =>
      rootsOf(itemsOf(side.sql)).some((root) => chosen.has(root));
    const { left, right } = condition.sides;
    if (isChosen(left) === isChosen(right)) {
      groups.join(itemsOf(condition.sql));
      return [];
    }
    return [{ condition, chosen: isChosen(left) ? 'left' : 'right' }];
  });
  return cuts.length === 0 ? none : { components: membersOf(select, groups), cuts };
}
