import { must } from '../base/assert.js';
import { byNumber } from '../base/order.js';
import type { Capacity, Model } from '../model/model.js';

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
    const places = new Int32Array(values.length);
    const indexAt = new Int32Array(universe.values.length).fill(-1);
    let at = 0;
    values.forEach((value, index) => {
      while ((universe.values[at] ?? Infinity) < value) at += 1;
      places[index] = at;
      indexAt[at] = index;
    });
    const order = universe.order.map((place) => indexAt[place] ?? -1).filter((index) => index >= 0);
    const pick = (all: Float64Array): Float64Array =>
      Float64Array.from(places, (place) => all[place] ?? Infinity);
    return {
      order,
      rooms: universe.rooms.map(pick),
      blocked: Uint8Array.from(places, (place) => universe.blocked[place] ?? 0),
    };
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
    const [only] = lists;
    const all = new Set<number>();
    if (lists.size > 1) for (const list of lists) for (const value of list) all.add(value);
    const values = lists.size === 1 && only !== undefined ? only : [...all].sort(byNumber);
    const blocked = new Uint8Array(values.length);
    const placeOf = new Map(values.map((value, index) => [value, index]));
    const rooms = capacities.map((capacity) => this.roomsOf(capacity, values.length, placeOf, blocked));
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
