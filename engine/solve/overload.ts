import type { Capacity, ClassMap, Loads, Model, OriginId } from '../model/model.js';
import { isNegated, nodeOf } from '../model/model.js';
import { lowerIndex } from '../model/search.js';

/** What some keys hold at most, and who says so. */
interface Rooms {
  readonly items: Capacity['items'];
  /** Value -> key; null is the identity. */
  readonly classes: ClassMap | null;
  /** Ascending. */
  readonly keys: readonly number[];
  readonly rooms: readonly number[];
  readonly origins: readonly OriginId[];
}

/**
 * Whether all that must be put somewhere is more than there is room for altogether: the constraints that say so, or
 * null. It looks at every item and, where room is short, at every key once, so that an overloaded model is known before
 * any search for an answer that does not exist. Items that may be absent, or may go where nothing limits them, do not
 * count.
 */
export function overloadOf(model: Model): readonly OriginId[] | null {
  for (const rooms of roomsOf(model)) {
    const origins = originsOfOverload(model, rooms);
    if (origins !== null) return origins;
  }
  return null;
}

interface Limit {
  readonly key: number;
  readonly room: number;
  readonly origin: OriginId;
}

/** Capacities, and loads whose keys have upper bounds that must hold. */
function* roomsOf(model: Model): Generator<Rooms> {
  const byLoads = new Map<Loads, Limit[]>();
  for (const constraint of model.constraints) {
    const { origin } = constraint;
    if (constraint.kind === 'capacity') {
      const { items, keys } = constraint.capacity;
      yield {
        items,
        classes: null,
        keys: keys.map(({ key }) => key),
        rooms: keys.map(({ capacity }) => capacity),
        origins: [origin],
      };
      continue;
    }
    const limit = limitOf(model, constraint.literal);
    if (limit === null) continue;
    const limits = byLoads.get(limit.loads);
    const { key, room } = limit;
    if (limits === undefined) byLoads.set(limit.loads, [{ key, room, origin }]);
    else limits.push({ key, room, origin });
  }
  for (const [{ items, classes }, limits] of byLoads) {
    // An item that takes something away may make room for others.
    if (items.some(({ demand }) => demand < 0)) continue;
    const sorted = limits.sort((a, b) => a.key - b.key || a.room - b.room);
    const tightest = sorted.filter(({ key }, i) => key !== sorted[i - 1]?.key);
    yield {
      items,
      classes,
      keys: tightest.map(({ key }) => key),
      rooms: tightest.map(({ room }) => room),
      origins: tightest.map(({ origin }) => origin),
    };
  }
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

function originsOfOverload(
  model: Model,
  { items, classes, keys, rooms, origins }: Rooms,
): readonly OriginId[] | null {
  /** Demands by list of values: items share their lists, so that each is walked once. */
  const byList = new Map<readonly number[], number>();
  let total = 0;
  for (const { variable, demand, presence } of items) {
    const values = model.variables[variable]?.values ?? null;
    if (presence !== null || values === null || demand === 0) continue;
    byList.set(values, (byList.get(values) ?? 0) + demand);
    total += demand;
  }
  const counted = new Uint8Array(keys.length);
  const places: number[] = [];
  let room = 0;
  let demanded = 0;
  for (const [values, demand] of byList) {
    let isBound = true;
    for (const value of values) {
      const key = classes === null ? value : classes.get(value);
      const at = key === undefined ? keys.length : lowerIndex(keys, key);
      if (key === undefined || keys[at] !== key) {
        isBound = false;
        break;
      }
      if (counted[at] === 1) continue;
      counted[at] = 1;
      places.push(at);
      room += Math.max(0, rooms[at] ?? 0);
      // Room for everything is seen after a few keys, as a rule.
      if (room >= total) return null;
    }
    if (isBound) demanded += demand;
  }
  if (demanded <= room) return null;
  const blamed = origins.length === 1 ? origins : places.map((at) => origins[at] ?? 0);
  return [...new Set(blamed)].sort((a, b) => a - b);
}
