import { must } from '../base/assert.js';
import type { Capacity, Model } from '../model/model.js';
import { mergeSorted } from '../model/search.js';

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
    const values = [...lists].reduce(mergeSorted);
    const blocked = new Uint8Array(values.length);
    const placeOf = new Map(values.map((value, index) => [value, index]));
    const rooms: Float64Array[] = [];
    for (const capacity of capacities) {
      const own = this.roomsOf(capacity, values.length, placeOf, blocked);
      // A capacity and its balance say the same; comparing it once is enough.
      if (!rooms.some((known) => known.every((room, place) => room === own[place]))) rooms.push(own);
    }
    const order = Int32Array.from(values, (_, index) => index);
    order.sort((a, b) => {
      for (const room of rooms) {
        const x = room[a] ?? 0;
        const y = room[b] ?? 0;
        if (x !== y) return x > y ? -1 : 1;
      }
      return a - b;
    });
    return { values, rooms, blocked, order };
  }

  private roomsOf(
    { items, keys }: Capacity,
    size: number,
    placeOf: ReadonlyMap<number, number>,
    blocked: Uint8Array,
  ): Float64Array {
    const rooms = new Float64Array(size).fill(Infinity);
    for (const { key, capacity } of keys) {
      const place = placeOf.get(key);
      if (place !== undefined) rooms[place] = capacity;
    }
    for (const { variable, demand, presence } of items) {
      const value = this.fixed[variable] ?? null;
      const place = value === null ? undefined : placeOf.get(value);
      if (place === undefined) continue;
      if (presence === null) rooms[place] = (rooms[place] ?? 0) - demand;
      else if (demand > 0) blocked[place] = 1;
    }
    return rooms;
  }
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
