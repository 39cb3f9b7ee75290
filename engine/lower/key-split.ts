import { Disjoint } from '../base/disjoint.js';
import type { BoundExpression, BoundSelect } from '../check/bound.js';
import { itemsOf } from '../check/fragment.js';
import { groundLeaves } from './components.js';

/** The row sources of a grouped select in two parts, and its conditions by what they read. */
export interface KeySplit {
  /** Sources that the group keys read, and those that belong to them. */
  readonly keys: ReadonlySet<number>;
  /** All others; decisions tie them to the keys or to each other. */
  readonly members: ReadonlySet<number>;
  /** Ground conditions on keys alone. */
  readonly keyGround: readonly BoundExpression[];
  /** Ground conditions on members alone. */
  readonly memberGround: readonly BoundExpression[];
  /** Ground conditions on both. */
  readonly bothGround: readonly BoundExpression[];
  /** Parts of the guard on members alone. */
  readonly memberGuard: readonly BoundExpression[];
  /** The other parts of the guard. */
  readonly bothGuard: readonly BoundExpression[];
}

/** The row source of a decision, or of a plain column: null where the row is not there. */
function soleItem(expression: BoundExpression): number | null {
  if (expression.kind === 'decision') return expression.item;
  // A column seen through a view stands in parentheses.
  const [only, ...more] = expression.sql.filter(
    (part) => typeof part !== 'string' || !/^[\s()]*$/.test(part),
  );
  if (more.length > 0 || only === undefined || typeof only === 'string') return null;
  return only.kind === 'column' ? only.item : null;
}

/** Of each equality in the guard, the row sources whose columns it compares as they are. */
function guardTies(select: BoundSelect): number[][] {
  return select.conditions.flatMap((condition) =>
    condition.kind === 'compare' && condition.operator === '='
      ? [[condition.left, condition.right].flatMap((side) => soleItem(side) ?? [])]
      : [],
  );
}

/**
 * Splits the row sources so that an outer join from keys to members has the same groups, and in them the same rows
 * whose guard is true, as the product of both; null where that is not sure.
 *
 * - A row without a member must fail the guard: an equality of it reads a column or decision of the members, which
 *   is null there.
 * - What is read outside of the guard must not read both parts, for then it cannot be told apart.
 * - The keys must be one table, or tables that ground conditions tie without the members.
 */
export function splitByKeys(
  select: BoundSelect,
  keys: readonly BoundExpression[],
  clause: readonly BoundExpression[],
): KeySplit | null {
  const local = new Set(select.items.map((item) => item.id));
  const localItems = (sql: BoundExpression['sql']): number[] =>
    [...itemsOf(sql)].filter((item) => local.has(item));
  const keySide = new Set(keys.flatMap((key) => localItems(key.sql)));
  if (keySide.size === 0) return null;

  const units = new Disjoint();
  // A table-valued function reads columns of its neighbours.
  for (const unit of select.units) units.join([...unit.items, ...localItems(unit.sql)]);
  const keyRoots = new Set([...keySide].map((item) => units.find(item)));
  const isKey = (item: number): boolean => keyRoots.has(units.find(item));

  // What else conditions tie together, apart from the keys.
  const others = new Disjoint();
  const rest = select.items.map(({ id }) => id).filter((item) => !isKey(item));
  for (const unit of select.units)
    others.join([...unit.items, ...localItems(unit.sql)].filter((one) => !isKey(one)));
  for (const condition of select.conditions) {
    if (condition.kind === 'ground') others.join(localItems(condition.sql).filter((item) => !isKey(item)));
  }
  const ties = guardTies(select).map((tie) => tie.filter((item) => local.has(item) && !isKey(item)));
  for (const tie of ties) others.join(tie);
  const memberRoots = new Set(ties.flat().map((item) => others.find(item)));
  const members = new Set(rest.filter((item) => memberRoots.has(others.find(item))));
  if (members.size === 0) return null;

  const readsMember = (expression: BoundExpression): boolean =>
    localItems(expression.sql).some((item) => members.has(item));
  const readsKey = (expression: BoundExpression): boolean =>
    localItems(expression.sql).some((item) => !members.has(item));
  const read = [...select.having, ...select.outputs.map((output) => output.expression), ...clause];
  let isApart = true;
  for (const expression of read) {
    groundLeaves(expression, (leaf) => {
      if (readsMember(leaf) && readsKey(leaf)) isApart = false;
    });
    // The capacity of a key is read outside of the guard.
    if (expression.kind === 'capacity' && [expression.key, expression.capacity].some(readsMember))
      isApart = false;
  }
  if (!isApart) return null;

  // Keys that only members tie together would be multiplied.
  const tied = new Disjoint();
  for (const unit of select.units) tied.join([...unit.items, ...localItems(unit.sql)]);
  for (const condition of select.conditions) {
    if (condition.kind === 'ground' && !readsMember(condition)) tied.join(localItems(condition.sql));
  }
  const keyItems = select.items.map(({ id }) => id).filter((item) => !members.has(item));
  if (new Set(keyItems.map((item) => tied.find(item))).size > 1) return null;

  const ground = select.conditions.filter((condition) => condition.kind === 'ground');
  const guard = select.conditions.filter((condition) => condition.kind !== 'ground');
  const onMembers = (condition: BoundExpression): boolean => readsMember(condition) && !readsKey(condition);
  return {
    keys: new Set(keyItems),
    members,
    keyGround: ground.filter((condition) => !readsMember(condition)),
    memberGround: ground.filter(onMembers),
    bothGround: ground.filter((condition) => readsMember(condition) && readsKey(condition)),
    memberGuard: guard.filter(onMembers),
    bothGuard: guard.filter((condition) => !onMembers(condition)),
  };
}
