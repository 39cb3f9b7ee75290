import type { Capacity, ClassMap, Loads, Model, OriginId } from '../model/model.js';
import { isNegated, nodeOf } from '../model/model.js';

/** What some keys hold at most, and who says so. */
interface Rooms {
  readonly items: Capacity['items'];
  /** Value -> key; null is the identity. */
  readonly classes: ClassMap | null;
  readonly byKey: Map<number, { room: number; origin: OriginId }>;
}

/**
 * Whether all that must be put somewhere is more than there is room for altogether: the constraints that say so, or
 * null. It looks at every item and every key once, so that an overloaded model is known before any search for an
 * answer that does not exist. Items that may be absent, or may go where nothing limits them, do not count.
 */
export function overloadOf(model: Model): readonly OriginId[] | null {
  for (const rooms of roomsOf(model)) {
    const origins = originsOfOverload(model, rooms);
    if (origins !== null) return origins;
  }
  return null;
}

/** Capacities, and loads whose keys have upper bounds that must hold. */
function roomsOf(model: Model): Rooms[] {
  const found: Rooms[] = [];
  const byLoads = new Map<Loads, Rooms>();
  for (const constraint of model.constraints) {
    const { origin } = constraint;
    if (constraint.kind === 'capacity') {
      const { items, keys } = constraint.capacity;
      const byKey = new Map(keys.map(({ key, capacity }) => [key, { room: capacity, origin }]));
      found.push({ items, classes: null, byKey });
      continue;
    }
    const limit = limitOf(model, constraint.literal);
    if (limit === null) continue;
    const { loads, key, room } = limit;
    let rooms = byLoads.get(loads);
    if (rooms === undefined) {
      rooms = { items: loads.items, classes: loads.classes, byKey: new Map() };
      byLoads.set(loads, rooms);
      found.push(rooms);
    }
    const known = rooms.byKey.get(key);
    if (known === undefined || room < known.room) rooms.byKey.set(key, { room, origin });
  }
  // An item that takes something away may make room for others.
  return found.filter(({ items }) => items.every(({ demand }) => demand >= 0));
}

/** The upper bound that an asserted literal sets to one load, or null where it says something else. */
function limitOf(model: Model, literal: number): { loads: Loads; key: number; room: number } | null {
  const node = model.nodes[nodeOf(literal)];
  if (node?.kind !== 'linear' || isNegated(literal)) return null;
  const { terms, constant } = node.expression;
  const [term] = terms;
  if (terms.length !== 1 || term?.of.kind !== 'numeric') return null;
  const numeric = model.numerics[term.of.numeric];
  if (numeric?.kind !== 'load') return null;
  const { coefficient } = term;
  const bound = coefficient > 0 ? node.hi : node.lo;
  if (bound === null) return null;
  return { loads: numeric.loads, key: numeric.key, room: Math.floor((bound - constant) / coefficient) };
}

function originsOfOverload(model: Model, { items, classes, byKey }: Rooms): readonly OriginId[] | null {
  const origins = new Set<OriginId>();
  const counted = new Set<number>();
  // Items share their lists of values, so that each list is walked once.
  const isBound = new Map<readonly number[], boolean>();
  let room = 0;
  let demanded = 0;
  const look = (values: readonly number[]): boolean => {
    const keys = values.map((value) => (classes === null ? value : classes.get(value)));
    if (!keys.every((key) => key !== undefined && byKey.has(key))) return false;
    for (const key of keys) {
      const limit = key === undefined || counted.has(key) ? undefined : byKey.get(key);
      if (key === undefined || limit === undefined) continue;
      counted.add(key);
      origins.add(limit.origin);
      room += Math.max(0, limit.room);
    }
    return true;
  };
  for (const { variable, demand, presence } of items) {
    const values = model.variables[variable]?.values ?? null;
    if (presence !== null || values === null || demand === 0) continue;
    let bound = isBound.get(values);
    if (bound === undefined) {
      bound = look(values);
      isBound.set(values, bound);
    }
    if (bound) demanded += demand;
  }
  return demanded > room ? [...origins].sort((a, b) => a - b) : null;
}
