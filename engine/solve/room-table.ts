import { must } from '../base/assert.js';
import type { Capacity, Model } from '../model/model.js';
import { indexIn, mergeSorted } from '../model/search.js';

/** Values of one domain by the room they have in some capacities. */
export interface Ranking {
  /** Indices of the values, the roomiest first (first capacity decides first), equals in order of value. */
  readonly order: Int32Array;
  /** Per capacity, per index: capacity less what fixed items surely take; Infinity where the value is no key. */
  readonly rooms: readonly Float64Array[];
  /** 1 where a fixed item may or may not count, so that the room is not known. */
  readonly blocked: Uint8Array;
}

interface Universe {
  readonly values: readonly number[];
  readonly rooms: readonly Float64Array[];
  readonly blocked: Uint8Array;
  /** Indices into `values`, roomiest first. */
  readonly order: Int32Array;
}

/** Rooms of all values that the items of some capacities may choose; sorted once per set of capacities. */
export class RoomTable {
  private readonly universes = new Map<string, Universe>();

  /** `fixed` gives the only value of each variable that has one. */
  constructor(
    private readonly model: Model,
    private readonly capacities: readonly Capacity[],
    private readonly fixed: readonly (number | null)[],
  ) {}

  /** `values` ascends and is the domain of items of all these capacities. */
  ranking(capacities: readonly number[], values: readonly number[]): Ranking {
    const universe = this.universeOf(capacities, values);
    const { length } = values;
    const places = new Int32Array(length);
    const indexAt = new Int32Array(universe.values.length).fill(-1);
    for (let index = 0, at = 0; index < length; index += 1) {
      while ((universe.values[at] ?? Infinity) < (values[index] ?? 0)) at += 1;
      places[index] = at;
      indexAt[at] = index;
    }
    const order = new Int32Array(length);
    let filled = 0;
    for (const place of universe.order) {
      const index = indexAt[place] ?? -1;
      if (index < 0) continue;
      order[filled] = index;
      filled += 1;
    }
    const blocked = new Uint8Array(length);
    const rooms = universe.rooms.map(() => new Float64Array(length));
    for (let index = 0; index < length; index += 1) {
      const place = places[index] ?? 0;
      blocked[index] = universe.blocked[place] ?? 0;
      for (let at = 0; at < rooms.length; at += 1) {
        const own = rooms[at];
        if (own !== undefined) own[index] = universe.rooms[at]?.[place] ?? Infinity;
      }
    }
    return { order, rooms, blocked };
  }

  private universeOf(capacities: readonly number[], values: readonly number[]): Universe {
    if (capacities.length === 0) {
      const order = Int32Array.from(values, (_, index) => index);
      return { values, rooms: [], blocked: new Uint8Array(values.length), order };
    }
    const key = capacities.join(',');
    const known = this.universes.get(key);
    if (known !== undefined && covers(known.values, values)) return known;
    const universe = this.buildUniverse(
      capacities.map((index) => must(this.capacities[index], 'capacity')),
      values,
    );
    this.universes.set(key, universe);
    return universe;
  }

  private buildUniverse(capacities: readonly Capacity[], asked: readonly number[]): Universe {
    const lists = new Set([asked]);
    for (const { items } of capacities) {
      for (const { variable } of items) {
        const { values } = must(this.model.variables[variable], 'variable');
        if (values !== null) lists.add(values);
      }
    }
    // Most lists are parts of the longest one.
    const values = [...lists]
      .sort((a, b) => b.length - a.length)
      .reduce((all, list) => (covers(all, list) ? all : mergeSorted(all, list)));
    const blocked = new Uint8Array(values.length);
    const rooms: Float64Array[] = [];
    for (const capacity of capacities) {
      const own = this.roomsOf(capacity, values, blocked);
      // A capacity and its balance say the same; comparing it once is enough.
      if (!rooms.some((known) => known.every((room, place) => room === own[place]))) rooms.push(own);
    }
    const order = roomiestFirst(rooms, values.length);
    return { values, rooms, blocked, order };
  }

  private roomsOf({ items, keys }: Capacity, values: readonly number[], blocked: Uint8Array): Float64Array {
    const rooms = new Float64Array(values.length).fill(Infinity);
    let place = 0;
    for (const { key, capacity } of keys) {
      while ((values[place] ?? Infinity) < key) place += 1;
      if (values[place] === key) rooms[place] = capacity;
    }
    for (const { variable, demand, presence } of items) {
      const value = this.fixed[variable] ?? null;
      const at = value === null ? -1 : indexIn(values, value);
      if (at < 0) continue;
      if (presence === null) rooms[at] = (rooms[at] ?? 0) - demand;
      else if (demand > 0) blocked[at] = 1;
    }
    return rooms;
  }
}

/** Indices by their rooms, the largest first and the first capacity before the others; equals in order. */
function roomiestFirst(rooms: readonly Float64Array[], size: number): Int32Array {
  const packed = packedOrder(rooms, size);
  if (packed !== null) return packed;
  return Int32Array.from({ length: size }, (_, index) => index).sort((a, b) => {
    for (const room of rooms) {
      const x = room[a] ?? 0;
      const y = room[b] ?? 0;
      if (x !== y) return x > y ? -1 : 1;
    }
    return a - b;
  });
}

/** The same by sorting plain numbers, each made of an index and its rooms; null where those do not fit into one. */
function packedOrder(rooms: readonly Float64Array[], size: number): Int32Array | null {
  const numbers = new Float64Array(size);
  let span = 1;
  for (const room of rooms) {
    let least = Infinity;
    let most = -Infinity;
    for (const one of room) {
      if (one < least) least = one;
      if (one > most) most = one;
    }
    const width = most - least + 1;
    span *= width;
    if (!(span * size < Number.MAX_SAFE_INTEGER)) return null;
    for (let index = 0; index < size; index += 1)
      numbers[index] = (numbers[index] ?? 0) * width + (most - (room[index] ?? 0));
  }
  for (let index = 0; index < size; index += 1) numbers[index] = (numbers[index] ?? 0) * size + index;
  numbers.sort();
  return Int32Array.from(numbers, (number) => number % size);
}

/** Whether every element of `some` is in `all`; both ascend. */
function covers(all: readonly number[], some: readonly number[]): boolean {
  if (all === some) return true;
  let at = 0;
  return some.every((value) => {
    while ((all[at] ?? Infinity) < value) at += 1;
    return all[at] === value;
  });
}
