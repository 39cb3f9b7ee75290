import type { Random } from '../../base/random.js';
import { MinTree } from './min-tree.js';
import type { Problem, Table } from './problem.js';
import { Kind, slotAt } from './problem.js';

/** Extremes of more entries than this are kept in a tournament. */
const SCANNED = 12;

/** What a table holds now. */
export interface Held {
  readonly table: Table;
  readonly load: Float64Array;
  readonly weight: Float64Array;
  readonly rooms: MinTree | null;
}

/**
 * Values for all variables and everything that follows from them, kept while single ones change.
 *
 * A move is `begin`, some `place`, `settle`, then either nothing (it stays) or `undo`. Costs what the change
 * reaches, not what the problem holds. Nothing is allocated in a move.
 */
export class State {
  /** Value of each variable, -1 for none. */
  readonly values: Int32Array;
  /** Value of each cell; what `sums` means depends on the kind. */
  readonly cell: Float64Array;
  readonly sums: Float64Array;
  /** Weighted sum of what broken hard constraints lack; 0 where all hold. */
  broken = 0;
  readonly held: readonly Held[];
  /** True where more than limits of tables is hard. */
  readonly hasHardCells: boolean;
  /** True where items count only sometimes. */
  readonly hasPresence: boolean;
  /** Weight of a hard cell when it is broken. */
  readonly weights: Float64Array;

  private readonly lacking: Float64Array;
  /** 0: may be anything, 1: must be 0, 2: must be 1. */
  private readonly demand: Uint8Array;
  private readonly extremes = new Map<number, MinTree>();
  /** Extreme that reads an entry and the entry's place in it. */
  private readonly extremeOf: Int32Array;
  private readonly placeIn: Int32Array;

  private readonly buckets: Int32Array[];
  private readonly filled: Int32Array;
  private readonly queued: Uint8Array;
  private lowest: number;
  private highest = -1;

  private readonly stamp: Int32Array;
  private moves = 0;
  private brokenBefore = 0;
  private readonly changedVariables: number[] = [];
  private readonly oldValues: number[] = [];
  private readonly changedCells: Int32Array;
  private readonly oldCells: Float64Array;
  private readonly oldSums: Float64Array;
  private readonly oldLacking: Float64Array;
  private cellCount = 0;
  private variableCount = 0;
  private slotCount = 0;
  private readonly changedTables: number[] = [];
  private readonly changedSlots: number[] = [];
  private readonly oldLoads: number[] = [];

  constructor(readonly problem: Problem) {
    const { cells, tables, hard, wanted } = problem;
    const count = cells.kind.length;
    this.hasHardCells = hard.length > 0;
    this.hasPresence = problem.items.presence.some((cell) => cell >= 0);
    this.values = new Int32Array(problem.domainOf.length).fill(-1);
    this.cell = new Float64Array(count);
    this.sums = Float64Array.from(cells.base);
    this.weights = new Float64Array(count).fill(1);
    this.lacking = new Float64Array(count);
    this.demand = new Uint8Array(count);
    hard.forEach((cell, i) => {
      this.demand[cell] = 1 + (wanted[i] ?? 0);
    });
    this.held = tables.map((table): Held => {
      const load = new Float64Array(table.slots);
      const rooms = table.balanceCell >= 0 ? new MinTree(table.limit) : null;
      return { table, load, weight: new Float64Array(table.slots).fill(1), rooms };
    });
    this.extremeOf = new Int32Array(count).fill(-1);
    this.placeIn = new Int32Array(count);
    let top = 0;
    for (const rank of cells.rank) top = Math.max(top, rank);
    const sizes = new Int32Array(top + 1);
    for (const rank of cells.rank) sizes[rank] = (sizes[rank] ?? 0) + 1;
    this.buckets = Array.from(sizes, (size) => new Int32Array(size));
    this.filled = new Int32Array(top + 1);
    this.queued = new Uint8Array(count);
    this.lowest = top + 1;
    this.stamp = new Int32Array(count);
    this.changedCells = new Int32Array(count);
    this.oldCells = new Float64Array(count);
    this.oldSums = new Float64Array(count);
    this.oldLacking = new Float64Array(count);
    this.start();
  }

  /** The objective of the search: all levels, each by its worth. */
  get objective(): number {
    const { levels, worth } = this.problem;
    let total = 0;
    for (let i = 0; i < levels.length; i += 1) total += (worth[i] ?? 0) * (this.cell[levels[i] ?? 0] ?? 0);
    return total;
  }

  /** Starts a move; what the last one changed can no longer be undone. */
  begin(): void {
    this.moves += 1;
    this.brokenBefore = this.broken;
    this.variableCount = 0;
    this.cellCount = 0;
    this.slotCount = 0;
  }

  /** Gives a variable a value, or none with -1. Cells follow with `settle`; loads and `broken` limits at once. */
  place(variable: number, value: number): void {
    const old = this.values[variable] ?? -1;
    if (old === value) return;
    this.changedVariables[this.variableCount] = variable;
    this.oldValues[this.variableCount] = old;
    this.variableCount += 1;
    this.values[variable] = value;
    this.placeItems(variable, old, value);
    this.placeMembers(variable, old, value);
    this.placeSames(variable, value);
  }

  /** A whole move: one variable gets a value, or none with -1. */
  give(variable: number, value: number): void {
    this.begin();
    this.place(variable, value);
    this.settle();
  }

  /** Gives variables with a single value that one. */
  placeFixed(): void {
    const { domainOf, domains } = this.problem;
    this.begin();
    domainOf.forEach((domain, variable) => {
      if (domains[domain]?.length === 1) this.place(variable, domains[domain][0] ?? 0);
    });
    this.settle();
  }

  private placeItems(variable: number, old: number, value: number): void {
    const { items, tables } = this.problem;
    const end = items.start[variable + 1] ?? 0;
    for (let i = items.start[variable] ?? 0; i < end; i += 1) {
      const presence = items.presence[i] ?? -1;
      if (presence >= 0 && this.cell[presence] === 0) continue;
      const at = items.table[i] ?? 0;
      const demand = items.demand[i] ?? 0;
      const table = tables[at];
      if (table === undefined) continue;
      const from = slotAt(table, old);
      const to = slotAt(table, value);
      if (from === to) continue;
      if (from >= 0) this.add(at, from, -demand);
      if (to >= 0) this.add(at, to, demand);
    }
  }

  private placeMembers(variable: number, old: number, value: number): void {
    const { members } = this.problem;
    const begin = members.start[variable] ?? 0;
    const end = members.start[variable + 1] ?? 0;
    if (end > begin) {
      if (old >= 0) this.setMembers(begin, end, old, 0);
      if (value >= 0) this.setMembers(begin, end, value, 1);
    }
    const last = members.longStart[variable + 1] ?? 0;
    for (let i = members.longStart[variable] ?? 0; i < last; i += 1) {
      const set = members.sets[members.longSet[i] ?? 0];
      this.set(members.longCell[i] ?? 0, value < 0 ? 0 : (set?.[value] ?? 0));
    }
  }

  private setMembers(begin: number, end: number, value: number, truth: number): void {
    const { members } = this.problem;
    let low = begin;
    let high = end;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((members.value[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < end && members.value[i] === value; i += 1) this.set(members.cell[i] ?? 0, truth);
  }

  private placeSames(variable: number, value: number): void {
    const { sames, classMaps, universe } = this.problem;
    const end = sames.start[variable + 1] ?? 0;
    for (let i = sames.start[variable] ?? 0; i < end; i += 1) {
      const peerValue = this.values[sames.peer[i] ?? 0] ?? -1;
      const ownMap = sames.ownMap[i] ?? -1;
      const peerMap = sames.peerMap[i] ?? -1;
      const own = value < 0 || ownMap < 0 ? value : (classMaps[ownMap]?.[value] ?? -1);
      const other = peerValue < 0 || peerMap < 0 ? peerValue : (classMaps[peerMap]?.[peerValue] ?? -1);
      this.set(sames.cell[i] ?? 0, own >= 0 && own === other ? 1 : 0);
    }
    const cell = sames.valueCell[variable] ?? -1;
    if (cell >= 0) this.set(cell, value < 0 ? 0 : (universe[value] ?? 0));
  }

  private add(at: number, slot: number, demand: number): void {
    const held = this.held[at];
    if (held === undefined) return;
    const { table, load } = held;
    const old = load[slot] ?? 0;
    const now = old + demand;
    const entry = this.slotCount;
    this.slotCount = entry + 1;
    this.changedTables[entry] = at;
    this.changedSlots[entry] = slot;
    this.oldLoads[entry] = old;
    load[slot] = now;
    const limit = table.limit[slot] ?? Infinity;
    if (table.hard) {
      const over = now > limit ? now - limit : 0;
      const was = old > limit ? old - limit : 0;
      if (over !== was) this.broken += (held.weight[slot] ?? 1) * table.scale * (over - was);
    }
    if (held.rooms !== null) {
      held.rooms.set(slot, limit - now);
      this.enqueue(table.balanceCell);
    }
    if (table.loadCell !== null) {
      const cell = table.loadCell[slot] ?? -1;
      if (cell >= 0) this.set(cell, now);
    }
  }

  private save(cell: number): void {
    if (this.stamp[cell] === this.moves) return;
    this.stamp[cell] = this.moves;
    const at = this.cellCount;
    this.cellCount = at + 1;
    this.changedCells[at] = cell;
    this.oldCells[at] = this.cell[cell] ?? 0;
    this.oldSums[at] = this.sums[cell] ?? 0;
    this.oldLacking[at] = this.lacking[cell] ?? 0;
  }

  private enqueue(cell: number): void {
    if (this.queued[cell] === 1) return;
    this.queued[cell] = 1;
    const rank = this.problem.cells.rank[cell] ?? 0;
    const filled = this.filled[rank] ?? 0;
    const bucket = this.buckets[rank];
    if (bucket !== undefined) bucket[filled] = cell;
    this.filled[rank] = filled + 1;
    if (rank < this.lowest) this.lowest = rank;
    if (rank > this.highest) this.highest = rank;
  }

  /** Gives a cell its value and tells its readers. */
  private set(cell: number, value: number): void {
    const old = this.cell[cell] ?? 0;
    if (old === value) return;
    this.save(cell);
    this.cell[cell] = value;
    if (this.demand[cell] !== 0) this.judge(cell);
    const { readerStart, reader, coefficient } = this.problem.cells;
    const change = value - old;
    const end = readerStart[cell + 1] ?? 0;
    for (let i = readerStart[cell] ?? 0; i < end; i += 1) {
      const target = reader[i] ?? 0;
      const factor = coefficient[i] ?? 0;
      if (factor !== 0) {
        this.save(target);
        this.sums[target] = (this.sums[target] ?? 0) + factor * change;
      }
      this.enqueue(target);
    }
  }

  /** Counts anew what a hard cell lacks. */
  private judge(cell: number): void {
    const wanted = this.demand[cell] === 2 ? 1 : 0;
    let lacks = 0;
    if ((this.cell[cell] === 0 ? 0 : 1) !== wanted) {
      lacks = 1;
      const { kind, lo, hi } = this.problem.cells;
      const sum = this.sums[cell] ?? 0;
      if (kind[cell] === Kind.range && wanted === 1) {
        const low = lo[cell] ?? 0;
        const high = hi[cell] ?? 0;
        lacks = sum < low ? low - sum : sum - high;
      } else if (kind[cell] === Kind.or && wanted === 0) lacks = sum;
    }
    const before = this.lacking[cell] ?? 0;
    if (lacks === before) return;
    this.save(cell);
    this.lacking[cell] = lacks;
    this.broken += (this.weights[cell] ?? 1) * (lacks - before);
  }

  /** Lets everything follow from the places given since the last call. */
  settle(): void {
    while (this.lowest <= this.highest) {
      const rank = this.lowest;
      const bucket = this.buckets[rank];
      if (bucket !== undefined) {
        for (let i = 0; i < (this.filled[rank] ?? 0); i += 1) {
          const cell = bucket[i] ?? 0;
          this.queued[cell] = 0;
          this.recompute(cell);
        }
      }
      this.filled[rank] = 0;
      this.lowest = rank + 1;
    }
    this.lowest = this.buckets.length;
    this.highest = -1;
  }

  private recompute(cell: number): void {
    const value = this.valueOf(cell);
    const place = this.extremeOf[cell] ?? -1;
    if (place >= 0 && value !== this.cell[cell]) this.tell(cell, place, value);
    const isPresence = this.problem.cells.kind[cell] === Kind.presence;
    if (isPresence && value !== this.cell[cell]) this.count(cell, value === 1);
    this.set(cell, value);
    // What a broken sum lacks may change though its truth does not.
    if (this.demand[cell] !== 0) this.judge(cell);
  }

  private tell(entry: number, extreme: number, value: number): void {
    const sign = this.problem.cells.kind[extreme] === Kind.greatest ? -1 : 1;
    this.extremes.get(extreme)?.set(this.placeIn[entry] ?? 0, sign * value);
  }

  /** Items whose presence changed begin or end to count. */
  private count(cell: number, present: boolean): void {
    const { cells, items, tables } = this.problem;
    const end = cells.inputStart[cell + 1] ?? 0;
    for (let i = cells.inputStart[cell] ?? 0; i < end; i += 1) {
      const item = cells.inputs[i] ?? 0;
      const value = this.values[items.variable[item] ?? 0] ?? -1;
      const at = items.table[item] ?? 0;
      const table = tables[at];
      const slot = table === undefined ? -1 : slotAt(table, value);
      const demand = items.demand[item] ?? 0;
      if (slot >= 0) this.add(at, slot, present ? demand : -demand);
    }
  }

  private gateHolds(cell: number): boolean {
    const { gate, gateTruth } = this.problem.cells;
    const by = gate[cell] ?? -1;
    return by < 0 || this.cell[by] === gateTruth[cell];
  }

  private valueOf(cell: number): number {
    const { kind, lo, hi, base, left, right } = this.problem.cells;
    const sum = this.sums[cell] ?? 0;
    switch (kind[cell]) {
      case Kind.or:
        return sum > 0 ? 1 : 0;
      case Kind.range:
        return sum >= (lo[cell] ?? 0) && sum <= (hi[cell] ?? 0) ? 1 : 0;
      case Kind.sum:
        return sum;
      case Kind.when:
        return this.gateHolds(cell) ? sum : 0;
      case Kind.atLeast:
        return Math.max(sum, lo[cell] ?? 0);
      case Kind.atMost:
        return Math.min(sum, hi[cell] ?? 0);
      case Kind.entry:
        if (this.gateHolds(cell)) return sum;
        return this.problem.cells.lo[cell] ?? 0;
      case Kind.greatest:
      case Kind.smallest:
        return this.extreme(cell, kind[cell] === Kind.greatest);
      case Kind.balance: {
        const held = this.held[left[cell] ?? 0];
        if (held?.rooms == null) return 0;
        return Math.min(held.rooms.least, held.table.floor) + (base[cell] ?? 0);
      }
      case Kind.product:
        return (this.cell[left[cell] ?? 0] ?? 0) * (this.cell[right[cell] ?? 0] ?? 0);
      case Kind.quotient: {
        const divisor = this.cell[right[cell] ?? 0] ?? 0;
        return divisor === 0 ? 0 : Math.trunc((this.cell[left[cell] ?? 0] ?? 0) / divisor) + 0;
      }
      case Kind.presence:
        return this.gateHolds(cell) ? 1 : 0;
      default:
        return this.cell[cell] ?? 0;
    }
  }

  private extreme(cell: number, greatest: boolean): number {
    const tree = this.extremes.get(cell);
    let best = Infinity;
    if (tree !== undefined) best = tree.least;
    else {
      const { inputStart, inputs } = this.problem.cells;
      const end = inputStart[cell + 1] ?? 0;
      for (let i = inputStart[cell] ?? 0; i < end; i += 1) {
        const value = this.cell[inputs[i] ?? 0] ?? 0;
        best = Math.min(best, greatest ? -value : value);
      }
    }
    // Where no entry holds, as before all have their places, it is nothing yet.
    if (best >= NOTHING) return 0;
    return greatest ? -best : best;
  }

  /** Takes back all since `begin`; `settle` need not have been called. */
  undo(): void {
    for (let rank = this.lowest; rank <= this.highest; rank += 1) {
      const bucket = this.buckets[rank];
      for (let i = 0; i < (this.filled[rank] ?? 0); i += 1) this.queued[bucket?.[i] ?? 0] = 0;
      this.filled[rank] = 0;
    }
    this.lowest = this.buckets.length;
    this.highest = -1;
    for (let i = this.variableCount - 1; i >= 0; i -= 1) {
      this.values[this.changedVariables[i] ?? 0] = this.oldValues[i] ?? -1;
    }
    for (let i = this.slotCount - 1; i >= 0; i -= 1) {
      const held = this.held[this.changedTables[i] ?? 0];
      const slot = this.changedSlots[i] ?? 0;
      const load = this.oldLoads[i] ?? 0;
      if (held === undefined) continue;
      held.load[slot] = load;
      held.rooms?.set(slot, (held.table.limit[slot] ?? 0) - load);
    }
    for (let i = 0; i < this.cellCount; i += 1) {
      const cell = this.changedCells[i] ?? 0;
      const value = this.oldCells[i] ?? 0;
      const place = this.extremeOf[cell] ?? -1;
      if (place >= 0 && this.cell[cell] !== value) this.tell(cell, place, value);
      this.cell[cell] = value;
      this.sums[cell] = this.oldSums[i] ?? 0;
      this.lacking[cell] = this.oldLacking[i] ?? 0;
    }
    this.broken = this.brokenBefore;
    this.begin();
  }

  /** What a hard cell lacks now, unweighted. */
  lacks(cell: number): number {
    return this.lacking[cell] ?? 0;
  }

  /** Adds to the weight of a hard cell. */
  emphasise(cell: number, by: number): void {
    this.weights[cell] = (this.weights[cell] ?? 0) + by;
    this.broken += by * (this.lacking[cell] ?? 0);
  }

  /**
   * Whether the limits of a value hold with a variable on it, `without` another one if that is not -1. Items that
   * count only sometimes are left out.
   */
  fits(variable: number, value: number, without: number): boolean {
    const { items, tables } = this.problem;
    const end = items.start[variable + 1] ?? 0;
    let other = without < 0 ? 0 : (items.start[without] ?? 0);
    const last = without < 0 ? 0 : (items.start[without + 1] ?? 0);
    for (let i = items.start[variable] ?? 0; i < end; i += 1) {
      const at = items.table[i] ?? 0;
      const table = tables[at];
      if (table?.hard !== true || (items.presence[i] ?? -1) >= 0) continue;
      const slot = slotAt(table, value);
      if (slot < 0) continue;
      let load = (this.held[at]?.load[slot] ?? 0) + (items.demand[i] ?? 0);
      while (other < last && (items.table[other] ?? 0) < at) other += 1;
      if (other < last && items.table[other] === at) load -= items.demand[other] ?? 0;
      if (load > (table.limit[slot] ?? Infinity)) return false;
    }
    return true;
  }

  /** What is left at a value, in the table that has least of it, in units of its largest demand. */
  roomAt(value: number): number {
    let least = Infinity;
    for (const { table, load } of this.held) {
      if (!table.hard) continue;
      const slot = slotAt(table, value);
      if (slot < 0) continue;
      const room = ((table.limit[slot] ?? Infinity) - (load[slot] ?? 0)) * table.scale;
      if (room < least) least = room;
    }
    return least;
  }

  /** True where a table holds more somewhere than it may. */
  hasOverfull(): boolean {
    return this.held.some(
      ({ table, load }) => table.hard && load.some((one, slot) => one > (table.limit[slot] ?? Infinity)),
    );
  }

  /** Variables that count at one slot, drawn, that holds more than it may. */
  crowd(random: Random): number[] {
    const { items, tables } = this.problem;
    let seen = 0;
    let chosen = -1;
    let at = 0;
    this.held.forEach(({ table, load }, index) => {
      if (!table.hard) return;
      for (let slot = 0; slot < load.length; slot += 1) {
        if ((load[slot] ?? 0) <= (table.limit[slot] ?? Infinity)) continue;
        seen += 1;
        if (random.below(seen) === 0) [at, chosen] = [index, slot];
      }
    });
    const crowd: number[] = [];
    if (chosen < 0) return crowd;
    const table = tables[at];
    if (table === undefined) return crowd;
    for (let i = 0; i < items.table.length; i += 1) {
      if (items.table[i] !== at) continue;
      const variable = items.variable[i] ?? 0;
      if (slotAt(table, this.values[variable] ?? -1) === chosen) crowd.push(variable);
    }
    return crowd;
  }

  /** Doubles what each slot counts that holds more than it may. */
  emphasiseOverfull(): void {
    for (const { table, load, weight } of this.held) {
      if (!table.hard) continue;
      for (let slot = 0; slot < load.length; slot += 1) {
        const over = (load[slot] ?? 0) - (table.limit[slot] ?? Infinity);
        if (over <= 0 || (weight[slot] ?? 1) >= MOST_WEIGHT) continue;
        this.broken += (weight[slot] ?? 1) * table.scale * over;
        weight[slot] = 2 * (weight[slot] ?? 1);
      }
    }
  }

  /** Values of cells while no variable has a value. */
  private start(): void {
    const { cells } = this.problem;
    const { kind, inputStart, inputs } = cells;
    const order = Int32Array.from(kind.keys()).sort(
      (a, b) => (cells.rank[a] ?? 0) - (cells.rank[b] ?? 0) || a - b,
    );
    for (let cell = 0; cell < kind.length; cell += 1) {
      const isExtreme = kind[cell] === Kind.greatest || kind[cell] === Kind.smallest;
      if (!isExtreme) continue;
      const begin = inputStart[cell] ?? 0;
      const count = (inputStart[cell + 1] ?? 0) - begin;
      if (count <= SCANNED) continue;
      this.extremes.set(cell, new MinTree(new Float64Array(count).fill(Infinity)));
      for (let i = 0; i < count; i += 1) {
        const entry = inputs[begin + i] ?? 0;
        this.extremeOf[entry] = cell;
        this.placeIn[entry] = i;
      }
    }
    this.begin();
    for (const cell of order) {
      const before = this.cell[cell] ?? 0;
      this.recompute(cell);
      const place = this.extremeOf[cell] ?? -1;
      if (place >= 0 && before === this.cell[cell]) this.tell(cell, place, before);
    }
    this.settle();
    this.begin();
  }
}

/** Sums of weighted limits stay exact below it. */
const MOST_WEIGHT = 2 ** 20;

/** Beyond every number that a model computes with: the value of an entry that does not hold. */
export const NOTHING = 1e300;
