import type { TermGroup } from './bound-group.js';
import { slotAt } from './problem.js';
import type { State } from './state.js';

/** Variables of a group that one table limits most, with the sets of values whose rooms bound them. */
export interface Pack {
  readonly table: number;
  /** Places of the variables, those of most gain for their demand first. */
  readonly places: readonly number[];
  readonly demands: Float64Array;
  /**
   * Sets of values, the first of them all that the group names. INVARIANT: of the variables that gain nothing outside one
   * set and those of another, either all of one are among the other, or none.
   */
  readonly sets: readonly (readonly number[])[];
  /** Of each of `places` the sets outside of which it gains nothing. */
  readonly setsOf: readonly (readonly number[])[];
  /** Scratch: the room of each set. */
  readonly rooms: Float64Array;
}

/** Sets of values that bound a pack, at most. */
const MOST_SETS = 8;

/**
 * A pack of variables, `gainful` being the values at which each of them gains. Rooms of sets that are nested or apart are
 * used best by those first that gain most for their demand, so that what `packed` adds up is a bound.
 */
export function packOf(
  table: number,
  list: readonly { readonly place: number; readonly demand: number }[],
  named: readonly number[],
  gainful: (place: number) => ReadonlySet<number>,
): Pack {
  const own = list.map(({ place }) => gainful(place));
  const sets: (readonly number[])[] = [named];
  const inside: ReadonlySet<number>[] = [new Set(list.keys())];
  const distinct = new Map(own.map((values) => [[...values].join(), values]));
  const narrowest = [...distinct.values()].sort((a, b) => a.size - b.size);
  for (const values of narrowest) {
    if (sets.length >= MOST_SETS || values.size >= named.length) break;
    const within = new Set([...list.keys()].filter((i) => isSubset(own[i], values)));
    if (
      !inside.every((other) => isSubset(within, other) || isSubset(other, within) || isApart(within, other))
    )
      continue;
    sets.push([...values]);
    inside.push(within);
  }
  return {
    table,
    places: list.map(({ place }) => place),
    demands: Float64Array.from(list, ({ demand }) => demand),
    sets,
    setsOf: list.map((_one, i) => [...sets.keys()].filter((set) => inside[set]?.has(i) === true)),
    rooms: new Float64Array(sets.length),
  };
}

function isSubset(some: ReadonlySet<number> | undefined, all: ReadonlySet<number>): boolean {
  return some !== undefined && [...some].every((one) => all.has(one));
}

function isApart(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  return [...a].every((one) => !b.has(one));
}

/** What the own terms of a group's variables from a place on are worth at most, in the room that its named values have. */
export function packed(
  { packs, gain, plain }: TermGroup,
  depth: number,
  state: State,
  kept: Float64Array,
): number {
  let total = 0;
  for (let place = depth; place < plain.length; place += 1) total += plain[place] ?? 0;
  for (const pack of packs) {
    const { places, demands, setsOf, rooms } = pack;
    measure(pack, state, kept);
    for (let i = 0; i < places.length; i += 1) {
      const place = places[i] ?? 0;
      if (place < depth) continue;
      const demand = demands[i] ?? 0;
      // Nobody gains anything without room, save those that ask for none, which come first.
      if (demand > 0 && (rooms[0] ?? 0) <= 0) break;
      let part = demand;
      const own = setsOf[i] ?? [];
      for (const set of own) part = Math.min(part, rooms[set] ?? 0);
      total += part === demand ? (gain[place] ?? 0) : ((gain[place] ?? 0) * part) / demand;
      for (const set of own) rooms[set] = (rooms[set] ?? 0) - part;
    }
  }
  return total;
}

/** Room of each set of values in the table of a pack. */
function measure({ table: at, sets, rooms }: Pack, { problem, loads }: State, kept: Float64Array): void {
  const table = problem.tables[at];
  const least = Math.max(0, kept[at] ?? 0);
  sets.forEach((values, set) => {
    let room = table === undefined ? Infinity : 0;
    if (table !== undefined) {
      for (const value of values) {
        const slot = slotAt(table, value);
        room += slot < 0 ? Infinity : Math.max(0, loads.roomOf(at, slot) - least);
      }
    }
    rooms[set] = room;
  });
}
