import type { Problem } from './problem.js';
import { slotAt } from './problem.js';
import type { State } from './state.js';

/** Values that one look gives at most. */
const MOST = 24;

/** Values of one class map, by class: `value[start[c]..start[c + 1]]`. */
interface ClassValues {
  readonly start: Int32Array;
  readonly value: Int32Array;
}

/** Finds values by the room that limits leave there: where a variable fits, and where it fits most tightly. */
export class Fitting {
  private readonly byMap = new Map<number, ClassValues>();
  private readonly found = new Int32Array(MOST);
  private readonly rooms = new Float64Array(MOST);
  private count = 0;

  constructor(
    private readonly problem: Problem,
    private readonly state: State,
  ) {}

  /**
   * What is left of the limits of a value with a variable on it, as shares summed; negative where it does not fit,
   * Infinity where nothing limits it. Items that count only sometimes count always.
   */
  roomAfter(variable: number, value: number): number {
    return this.state.loads.roomAfter(variable, value);
  }

  /** Some of the values where a variable fits, the tightest first. Valid up to the next look. */
  tightest(variable: number, values: Int32Array, has: Uint8Array | null): Int32Array {
    this.count = 0;
    for (const value of values) {
      if (has !== null && has[value] !== 1) continue;
      const room = this.roomAfter(variable, value);
      if (room >= 0) this.keep(value, room);
    }
    return this.found.subarray(0, this.count);
  }

  private keep(value: number, room: number): void {
    const { found, rooms } = this;
    let at = this.count;
    if (at < MOST) this.count = at + 1;
    else if (room >= (rooms[MOST - 1] ?? 0)) return;
    else at = MOST - 1;
    for (; at > 0 && (rooms[at - 1] ?? 0) > room; at -= 1) {
      found[at] = found[at - 1] ?? 0;
      rooms[at] = rooms[at - 1] ?? 0;
    }
    found[at] = value;
    rooms[at] = room;
  }

  /** Values of a class of a map. */
  classValues(map: number, kind: number): Int32Array {
    const { start, value } = this.valuesOf(map);
    return value.subarray(start[kind] ?? 0, start[kind + 1] ?? 0);
  }

  /** Classes of a map, by how many variables like this one they have room for: those with room for `wanted` first, the tightest of them first. */
  classesFor(variable: number, map: number, wanted: number, has: Uint8Array): number[] {
    const { start } = this.valuesOf(map);
    const units: { readonly kind: number; readonly count: number }[] = [];
    for (let kind = 0; kind + 1 < start.length; kind += 1) {
      let count = 0;
      for (const value of this.classValues(map, kind)) {
        if (has[value] === 1) count += this.copiesAt(variable, value);
      }
      if (count > 0) units.push({ kind, count });
    }
    const excess = ({ count }: { readonly count: number }): number =>
      count >= wanted ? count - wanted : 2 ** 40 - count;
    return units.sort((a, b) => excess(a) - excess(b) || a.kind - b.kind).map(({ kind }) => kind);
  }

  /** How many variables like this one a value has room for. */
  private copiesAt(variable: number, value: number): number {
    const { items, tables } = this.problem;
    let copies = Infinity;
    for (let i = items.start[variable] ?? 0; i < (items.start[variable + 1] ?? 0); i += 1) {
      const at = items.table[i] ?? 0;
      const table = tables[at];
      const demand = items.demand[i] ?? 0;
      if (table?.hard !== true || demand <= 0) continue;
      const slot = slotAt(table, value);
      if (slot < 0) continue;
      const left = this.state.loads.roomOf(at, slot);
      copies = Math.min(copies, Math.max(0, Math.floor(left / demand)));
    }
    return copies === Infinity ? 1 : copies;
  }

  private valuesOf(map: number): ClassValues {
    let known = this.byMap.get(map);
    if (known === undefined) {
      known = byClass(this.problem.classMaps[map] ?? new Int32Array(0));
      this.byMap.set(map, known);
    }
    return known;
  }
}

function byClass(map: Int32Array): ClassValues {
  let classes = 0;
  for (const kind of map) classes = Math.max(classes, kind + 1);
  const start = new Int32Array(classes + 1);
  for (const kind of map) if (kind >= 0) start[kind + 1] = (start[kind + 1] ?? 0) + 1;
  for (let kind = 0; kind < classes; kind += 1) start[kind + 1] = (start[kind + 1] ?? 0) + (start[kind] ?? 0);
  const value = new Int32Array(start[classes] ?? 0);
  const next = start.slice();
  map.forEach((kind, at) => {
    if (kind < 0) return;
    value[next[kind] ?? 0] = at;
    next[kind] = (next[kind] ?? 0) + 1;
  });
  return { start, value };
}
