import type { Group } from './bound-group.js';
import { slotAt } from './problem.js';
import type { State } from './state.js';

/** What the own terms of a group's variables from a place on are worth at most, in the room that its named values have. */
export function packed(
  { packs, gain, plain, named }: Group,
  depth: number,
  { problem: { tables }, loads }: State,
  kept: Float64Array,
): number {
  let total = 0;
  for (let place = depth; place < plain.length; place += 1) total += plain[place] ?? 0;
  for (const { table: at, places, demands } of packs) {
    let room = Infinity;
    const table = tables[at];
    if (table !== undefined) {
      const least = Math.max(0, kept[at] ?? 0);
      room = 0;
      for (const value of named) {
        const slot = slotAt(table, value);
        if (slot < 0) room = Infinity;
        else room += Math.max(0, loads.roomOf(at, slot) - least);
      }
    }
    for (let i = 0; i < places.length; i += 1) {
      const place = places[i] ?? 0;
      if (place < depth) continue;
      const demand = demands[i] ?? 0;
      if (demand <= room) {
        total += gain[place] ?? 0;
        room -= demand;
      } else {
        // Part of one; nobody after it gains more for what is asked.
        total += ((gain[place] ?? 0) * room) / demand;
        break;
      }
    }
  }
  return total;
}
