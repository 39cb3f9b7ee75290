import type { Random } from '../../base/random.js';
import { bundlesOf } from './bundles.js';
import { GuardedSums } from './guarded-sums.js';
import type { Guards } from './guards.js';
import { MinTree } from './min-tree.js';
import type { Problem } from './problem.js';
import type { Piece, Program } from './program.js';
import { startsOf } from './starts.js';

/** What follows loads. */
export interface Follower {
  /** A load that a cell reads has changed. */
  set(cell: number, value: number): void;
  /** A balance has changed. */
  enqueue(cell: number): void;
}

/** The room of all slots of a table with a balance. */
interface Rooms {
  readonly tree: MinTree;
  readonly limit: Float64Array;
  /** The cell of the balance. */
  readonly cell: number;
}

/**
 * What tables hold in their slots. Tables that count the same variables stand side by side in bundles: the loads
 * of one slot of a bundle follow each other, as do the demands of one variable there.
 *
 * Beside loads it keeps what follows from single ones: `over`, what broken limits count, and `direct`, what loads
 * add to each level by themselves.
 */
export class TableLoads {
  /**
   * Weighted sum of what is held beyond limits. It begins as -0, which no machine integer can be: a field that is found to
   * hold fractions only later has all functions compiled anew that read it, and a live loop waits for them.
   */
  over = -0;
  /** What pieces of loads add to each level. */
  readonly direct: Float64Array;

  private readonly bundleOf: Int32Array;
  private readonly placeOf: Int32Array;
  private readonly slotOf: readonly (Int32Array | null)[];
  private readonly slots: Int32Array;
  private readonly width: Int32Array;
  /** Where a bundle's loads begin. */
  private readonly base: Int32Array;
  private readonly isHard: Uint8Array;
  private readonly isGuarded: Uint8Array;
  /** Place at which something last did not fit, by bundle and slot: `scarceAt[bundle] + slot`. */
  private readonly scarce: Uint16Array;
  private readonly scarceAt: Int32Array;
  /** By bundle the rooms of each table with a balance, at its place; null where none has one. */
  private readonly trees: readonly (readonly (Rooms | null)[] | null)[];

  /** By bundle, slot and place in the bundle. */
  private readonly load: Float64Array;
  /** Infinity where nothing is hard. */
  private readonly limit: Float64Array;
  /** What a unit beyond the limit counts: the scale of its table by a weight. */
  private readonly toll: Float64Array;
  private readonly scale: Float64Array;
  private readonly cell: Int32Array;
  private readonly pieceStart: Int32Array;
  private readonly pieceLevel: Int32Array;
  private readonly pieceFactor: Float64Array;
  private readonly pieceBase: Float64Array;
  private readonly pieceScale: Float64Array;
  private readonly pieceLeast: Float64Array;
  /** By table. */
  private readonly rooms: readonly (Rooms | null)[];

  /** Entries of variable v: `entryStart[v]..`, ascending by bundle, each with its demands. */
  private readonly entryStart: Int32Array;
  private readonly entryBundle: Int32Array;
  private readonly entryDemands: Int32Array;
  private readonly entryPresence: Int32Array;
  private readonly demands: Float64Array;
  /** Entry of each item. */
  private readonly entryOf: Int32Array;

  private readonly lackBundle: number[] = [];
  private readonly lackPlace: number[] = [];
  private readonly lackGuard: number[] = [];
  private readonly lack: number[] = [];

  private guarded: GuardedSums | null = null;
  /** Guard by place of its load, -1 for none; empty where there are none at all. */
  private guardOf = new Int32Array(0);

  private count = 0;
  private readonly changedEntries: number[] = [];
  private readonly changedSlots: number[] = [];
  private readonly signs: number[] = [];
  private overBefore = -0;
  private readonly directBefore: Float64Array;

  constructor(
    private readonly problem: Problem,
    { isLive, pieces }: Program,
    private readonly follower: Follower,
  ) {
    const { tables, items, levels, domainOf } = problem;
    const { list, bundleOf, placeOf } = bundlesOf(problem);
    this.bundleOf = bundleOf;
    this.placeOf = placeOf;
    this.slotOf = list.map(({ slotOf }) => slotOf);
    this.slots = Int32Array.from(list, ({ slots }) => slots);
    this.width = Int32Array.from(list, ({ tables: own }) => own.length);
    this.base = new Int32Array(list.length);
    let total = 0;
    list.forEach(({ slots, tables: own }, at) => {
      this.base[at] = total;
      total += slots * own.length;
    });
    this.isHard = Uint8Array.from(list, ({ tables: own }) =>
      own.some((table) => tables[table]?.hard === true) ? 1 : 0,
    );
    this.rooms = tables.map(({ balanceCell, limit }) =>
      isLive[balanceCell] === 1 ? { tree: new MinTree(limit), limit, cell: balanceCell } : null,
    );
    this.trees = list.map(({ tables: own }) => {
      const rooms = own.map((table) => this.rooms[table] ?? null);
      return rooms.every((one) => one === null) ? null : rooms;
    });
    this.isGuarded = new Uint8Array(list.length);
    this.scarceAt = new Int32Array(list.length);
    let slots = 0;
    list.forEach((bundle, at) => {
      this.scarceAt[at] = slots;
      slots += bundle.slots;
    });
    this.scarce = new Uint16Array(slots);
    this.load = new Float64Array(total);
    this.limit = new Float64Array(total).fill(Infinity);
    this.scale = new Float64Array(total);
    this.cell = new Int32Array(total).fill(-1);
    this.direct = new Float64Array(levels.length);
    this.directBefore = new Float64Array(levels.length);
    const found: { readonly at: number; readonly piece: Piece }[] = [];
    for (let number = 0; number < tables.length; number += 1) {
      const table = tables[number];
      const bundle = bundleOf[number] ?? 0;
      const width = this.width[bundle] ?? 1;
      const first = (this.base[bundle] ?? 0) + (placeOf[number] ?? 0);
      if (table === undefined) continue;
      const { limit, loadCell, scale } = table;
      for (let slot = 0; slot < table.slots; slot += 1) {
        const position = first + slot * width;
        this.scale[position] = scale;
        if (table.hard) this.limit[position] = limit[slot] ?? Infinity;
        const cell = loadCell === null ? -1 : (loadCell[slot] ?? -1);
        if (cell < 0) continue;
        if (isLive[cell] === 1) this.cell[position] = cell;
        for (const piece of pieces.get(cell) ?? []) {
          found.push({ at: position, piece });
          this.direct[piece.level] =
            (this.direct[piece.level] ?? 0) + piece.factor * Math.max(piece.base, piece.least);
        }
      }
    }
    this.toll = this.scale.slice();
    found.sort((a, b) => a.at - b.at);
    this.pieceStart = startsOf(
      total,
      found.map(({ at }) => at),
    );
    this.pieceLevel = Int32Array.from(found, ({ piece }) => piece.level);
    this.pieceFactor = Float64Array.from(found, ({ piece }) => piece.factor);
    this.pieceBase = Float64Array.from(found, ({ piece }) => piece.base);
    this.pieceScale = Float64Array.from(found, ({ piece }) => piece.scale);
    this.pieceLeast = Float64Array.from(found, ({ piece }) => piece.least);

    const entryVariable: number[] = [];
    const entryBundle: number[] = [];
    const entryDemands: number[] = [];
    const entryPresence: number[] = [];
    const demands: number[] = [];
    this.entryOf = new Int32Array(items.table.length);
    const rankOf = (item: number): number => bundleOf[items.table[item] ?? 0] ?? 0;
    for (let variable = 0; variable < domainOf.length; variable += 1) {
      const list: number[] = [];
      for (let i = items.start[variable] ?? 0; i < (items.start[variable + 1] ?? 0); i += 1) list.push(i);
      list.sort((a, b) => rankOf(a) - rankOf(b) || a - b);
      const first = entryBundle.length;
      for (const item of list) {
        const table = items.table[item] ?? 0;
        const bundle = rankOf(item);
        const width = this.width[bundle] ?? 1;
        const last = entryBundle.length - 1;
        let entry = width > 1 && last >= first && entryBundle[last] === bundle ? last : -1;
        if (entry < 0) {
          entry = last + 1;
          entryVariable.push(variable);
          entryBundle.push(bundle);
          entryDemands.push(demands.length);
          entryPresence.push(items.presence[item] ?? -1);
          for (let place = 0; place < width; place += 1) demands.push(0);
        }
        this.entryOf[item] = entry;
        const place = (entryDemands[entry] ?? 0) + (placeOf[table] ?? 0);
        demands[place] = (demands[place] ?? 0) + (items.demand[item] ?? 0);
      }
    }
    this.entryStart = startsOf(domainOf.length, entryVariable);
    this.entryBundle = Int32Array.from(entryBundle);
    this.entryDemands = Int32Array.from(entryDemands);
    this.entryPresence = Int32Array.from(entryPresence);
    this.demands = Float64Array.from(demands);
  }

  /** Starts a move. */
  begin(): void {
    this.count = 0;
    this.overBefore = this.over;
    for (let level = 0; level < this.direct.length; level += 1) {
      this.directBefore[level] = this.direct[level] ?? 0;
    }
  }

  /** A variable goes from a value to another; either may be -1. `truth` tells which presences hold. */
  place(variable: number, old: number, value: number, truth: Float64Array): void {
    const end = this.entryStart[variable + 1] ?? 0;
    for (let entry = this.entryStart[variable] ?? 0; entry < end; entry += 1) {
      const presence = this.entryPresence[entry] ?? -1;
      if (presence >= 0 && truth[presence] === 0) continue;
      const slotOf = this.slotOf[this.entryBundle[entry] ?? 0] ?? null;
      const from = slotOf === null || old < 0 ? old : (slotOf[old] ?? -1);
      const to = slotOf === null || value < 0 ? value : (slotOf[value] ?? -1);
      if (from === to) continue;
      if (from >= 0) this.add(entry, from, -1);
      if (to >= 0) this.add(entry, to, 1);
    }
  }

  /** An item whose variable has a value begins or ends to count. */
  countItem(item: number, value: number, sign: 1 | -1): void {
    const entry = this.entryOf[item] ?? 0;
    const slot = this.slotIn(this.entryBundle[entry] ?? 0, value);
    if (slot >= 0) this.add(entry, slot, sign);
  }

  private slotIn(bundle: number, value: number): number {
    const slotOf = this.slotOf[bundle] ?? null;
    return slotOf === null || value < 0 ? value : (slotOf[value] ?? -1);
  }

  private add(entry: number, slot: number, sign: number): void {
    const at = this.count;
    this.count = at + 1;
    this.changedEntries[at] = entry;
    this.changedSlots[at] = slot;
    this.signs[at] = sign;
    const { load, limit, demands, pieceStart, cell } = this;
    const bundle = this.entryBundle[entry] ?? 0;
    const width = this.width[bundle] ?? 0;
    const first = (this.base[bundle] ?? 0) + slot * width;
    const from = this.entryDemands[entry] ?? 0;
    const trees = this.trees[bundle] ?? null;
    for (let place = 0; place < width; place += 1) {
      const demand = demands[from + place] ?? 0;
      if (demand === 0) continue;
      const position = first + place;
      const old = load[position] ?? 0;
      const now = old + sign * demand;
      load[position] = now;
      const most = limit[position] ?? Infinity;
      if (now > most || old > most) {
        const change = (now > most ? now - most : 0) - (old > most ? old - most : 0);
        this.over += (this.toll[position] ?? 0) * change;
      }
      const end = pieceStart[position + 1] ?? 0;
      for (let i = pieceStart[position] ?? 0; i < end; i += 1) this.bend(i, old, now);
      const follows = cell[position] ?? -1;
      if (follows >= 0) this.follower.set(follows, now);
      const rooms = trees === null ? null : (trees[place] ?? null);
      if (rooms === null) continue;
      rooms.tree.set(slot, (rooms.limit[slot] ?? Infinity) - now);
      this.follower.enqueue(rooms.cell);
    }
  }

  /** One piece of a load that changes. */
  private bend(piece: number, old: number, now: number): void {
    const change = this.bent(piece, old, now);
    if (change === 0) return;
    const level = this.pieceLevel[piece] ?? 0;
    this.direct[level] = (this.direct[level] ?? 0) + change;
  }

  /** What a piece adds to its level when its load goes from one amount to another. */
  private bent(piece: number, old: number, now: number): number {
    const base = this.pieceBase[piece] ?? 0;
    const scale = this.pieceScale[piece] ?? 0;
    const least = this.pieceLeast[piece] ?? 0;
    const before = base + scale * old;
    const after = base + scale * now;
    if (before <= least && after <= least) return 0;
    return (
      (this.pieceFactor[piece] ?? 0) * ((after > least ? after : least) - (before > least ? before : least))
    );
  }

  /** Takes back all since `begin`. */
  undo(): void {
    const { load, demands } = this;
    for (let at = this.count - 1; at >= 0; at -= 1) {
      const entry = this.changedEntries[at] ?? 0;
      const slot = this.changedSlots[at] ?? 0;
      const sign = this.signs[at] ?? 0;
      const bundle = this.entryBundle[entry] ?? 0;
      const width = this.width[bundle] ?? 0;
      const first = (this.base[bundle] ?? 0) + slot * width;
      const from = this.entryDemands[entry] ?? 0;
      const trees = this.trees[bundle] ?? null;
      for (let place = 0; place < width; place += 1) {
        const now = (load[first + place] ?? 0) - sign * (demands[from + place] ?? 0);
        load[first + place] = now;
        const rooms = trees === null ? null : (trees[place] ?? null);
        if (rooms !== null) rooms.tree.set(slot, (rooms.limit[slot] ?? Infinity) - now);
      }
    }
    this.over = this.overBefore;
    for (let level = 0; level < this.direct.length; level += 1) {
      this.direct[level] = this.directBefore[level] ?? 0;
    }
    this.count = 0;
  }

  private positionOf(table: number, slot: number): number {
    const bundle = this.bundleOf[table] ?? 0;
    return (this.base[bundle] ?? 0) + slot * (this.width[bundle] ?? 0) + (this.placeOf[table] ?? 0);
  }

  /** What a table holds in a slot. */
  loadAt(table: number, slot: number): number {
    return this.load[this.positionOf(table, slot)] ?? 0;
  }

  /** What a table has left in a slot; negative where it holds more than it may. */
  roomOf(table: number, slot: number): number {
    return (this.problem.tables[table]?.limit[slot] ?? Infinity) - this.loadAt(table, slot);
  }

  /** The smallest room of a table with a balance. */
  leastRoom(table: number): number {
    return Math.min(this.rooms[table]?.tree.least ?? Infinity, this.problem.tables[table]?.floor ?? Infinity);
  }

  /**
   * Whether the limits of a value hold with a variable on it that has the value `own` now, `without` another one, that
   * has `value`, if that is not -1. Items that count only sometimes are left out.
   */
  fits(variable: number, own: number, value: number, without: number): boolean {
    const { load, limit, demands, guardOf, guarded } = this;
    const end = this.entryStart[variable + 1] ?? 0;
    let other = without < 0 ? 0 : (this.entryStart[without] ?? 0);
    const last = without < 0 ? 0 : (this.entryStart[without + 1] ?? 0);
    for (let entry = this.entryStart[variable] ?? 0; entry < end; entry += 1) {
      const bundle = this.entryBundle[entry] ?? 0;
      if (this.isHard[bundle] !== 1 || (this.entryPresence[entry] ?? -1) >= 0) continue;
      const slotOf = this.slotOf[bundle] ?? null;
      const slot = slotOf === null ? value : (slotOf[value] ?? -1);
      if (slot < 0 || (own >= 0 && slot === (slotOf === null ? own : (slotOf[own] ?? -1)))) continue;
      while (other < last && (this.entryBundle[other] ?? 0) < bundle) other += 1;
      const isLess =
        other < last && this.entryBundle[other] === bundle && (this.entryPresence[other] ?? -1) < 0;
      const width = this.width[bundle] ?? 0;
      const first = (this.base[bundle] ?? 0) + slot * width;
      const from = this.entryDemands[entry] ?? 0;
      const less = this.entryDemands[other] ?? 0;
      // What was too little last time often is again.
      const scarceAt = (this.scarceAt[bundle] ?? 0) + slot;
      const scarce = this.scarce[scarceAt] ?? 0;
      for (let turn = -1; turn < width; turn += 1) {
        const place = turn < 0 ? scarce : turn;
        const position = first + place;
        const demand = (demands[from + place] ?? 0) - (isLess ? (demands[less + place] ?? 0) : 0);
        if (demand <= 0 || (load[position] ?? 0) + demand <= (limit[position] ?? Infinity)) continue;
        this.scarce[scarceAt] = place;
        return false;
      }
      if (guarded === null || this.isGuarded[bundle] !== 1) continue;
      for (let place = 0; place < width; place += 1) {
        const guard = guardOf[first + place] ?? -1;
        if (guard < 0) continue;
        const demand = (demands[from + place] ?? 0) - (isLess ? (demands[less + place] ?? 0) : 0);
        const beyond = guarded.beyond(guard, demand, variable, value) + guarded.added(guard, without, own);
        if (beyond > 0) return false;
      }
    }
    return true;
  }

  /** Whether limits would let a value hold a variable if nothing else with a choice were there. */
  couldHold(variable: number, value: number): boolean {
    const { limit, demands, guardOf, guarded, load } = this;
    const end = this.entryStart[variable + 1] ?? 0;
    for (let entry = this.entryStart[variable] ?? 0; entry < end; entry += 1) {
      const bundle = this.entryBundle[entry] ?? 0;
      if (this.isHard[bundle] !== 1 || (this.entryPresence[entry] ?? -1) >= 0) continue;
      const slot = this.slotIn(bundle, value);
      if (slot < 0) continue;
      const width = this.width[bundle] ?? 0;
      const first = (this.base[bundle] ?? 0) + slot * width;
      const from = this.entryDemands[entry] ?? 0;
      for (let place = 0; place < width; place += 1) {
        const demand = demands[from + place] ?? 0;
        if (demand > (limit[first + place] ?? Infinity)) return false;
        const guard = guardOf[first + place] ?? -1;
        if (guarded === null || guard < 0) continue;
        if (guarded.beyond(guard, demand - (load[first + place] ?? 0), variable, value) > 0) return false;
      }
    }
    return true;
  }

  /**
   * Finds where a value has too little room for a variable that is not there; how many places these are. They are kept for
   * `relief`.
   */
  findLacks(variable: number, value: number): number {
    const { load, limit, demands, guardOf, guarded } = this;
    let count = 0;
    const end = this.entryStart[variable + 1] ?? 0;
    for (let entry = this.entryStart[variable] ?? 0; entry < end; entry += 1) {
      const bundle = this.entryBundle[entry] ?? 0;
      if (this.isHard[bundle] !== 1 || (this.entryPresence[entry] ?? -1) >= 0) continue;
      const slot = this.slotIn(bundle, value);
      if (slot < 0) continue;
      const width = this.width[bundle] ?? 0;
      const first = (this.base[bundle] ?? 0) + slot * width;
      const from = this.entryDemands[entry] ?? 0;
      for (let place = 0; place < width; place += 1) {
        const demand = demands[from + place] ?? 0;
        if (demand <= 0) continue;
        const lack = (load[first + place] ?? 0) + demand - (limit[first + place] ?? Infinity);
        const guard = guardOf[first + place] ?? -1;
        const beyond = guarded === null || guard < 0 ? 0 : guarded.beyond(guard, demand, variable, value);
        if (lack <= 0 && beyond <= 0) continue;
        this.lackBundle[count] = bundle;
        this.lackPlace[count] = place;
        this.lackGuard[count] = beyond > 0 ? guard : -1;
        this.lack[count] = Math.max(lack, beyond);
        count += 1;
      }
    }
    return count;
  }

  /** How much of what lacks a variable there takes up, as shares summed over the `count` places last found. */
  relief(variable: number, count: number): number {
    let sum = 0;
    const end = this.entryStart[variable + 1] ?? 0;
    let entry = this.entryStart[variable] ?? 0;
    for (let i = 0; i < count; i += 1) {
      const bundle = this.lackBundle[i] ?? 0;
      while (entry < end && (this.entryBundle[entry] ?? 0) < bundle) entry += 1;
      if (entry >= end) break;
      if (this.entryBundle[entry] !== bundle) continue;
      let demand = this.demands[(this.entryDemands[entry] ?? 0) + (this.lackPlace[i] ?? 0)] ?? 0;
      const guard = this.lackGuard[i] ?? -1;
      if (guard >= 0) demand -= this.guarded?.added(guard, variable, -1) ?? 0;
      if (demand > 0) sum += Math.min(1, demand / (this.lack[i] ?? 1));
    }
    return sum;
  }

  /** What the loads that a variable without value adds at one would change the objective by themselves. */
  gainAt(variable: number, value: number): number {
    const { load, demands, pieceStart } = this;
    const { worth } = this.problem;
    let gain = 0;
    const end = this.entryStart[variable + 1] ?? 0;
    for (let entry = this.entryStart[variable] ?? 0; entry < end; entry += 1) {
      const bundle = this.entryBundle[entry] ?? 0;
      if ((this.entryPresence[entry] ?? -1) >= 0) continue;
      const slot = this.slotIn(bundle, value);
      if (slot < 0) continue;
      const width = this.width[bundle] ?? 0;
      const first = (this.base[bundle] ?? 0) + slot * width;
      const from = this.entryDemands[entry] ?? 0;
      for (let place = 0; place < width; place += 1) {
        const old = load[first + place] ?? 0;
        const now = old + (demands[from + place] ?? 0);
        const last = pieceStart[first + place + 1] ?? 0;
        for (let i = pieceStart[first + place] ?? 0; i < last; i += 1) {
          gain += (worth[this.pieceLevel[i] ?? 0] ?? 0) * this.bent(i, old, now);
        }
      }
    }
    return gain;
  }

  /** Lets `fits` look at sums that read loads, too; `sums` and `truth` are those of all cells. */
  guard(guards: Guards, sums: Float64Array, truth: Float64Array): void {
    if (guards.list.length === 0) return;
    const ofLoad = new Map(guards.list.map(({ load }, i) => [load, i]));
    this.guarded = new GuardedSums(guards, sums, truth);
    this.guardOf = this.cell.map((cell) => ofLoad.get(cell) ?? -1);
    for (let bundle = 0; bundle < this.width.length; bundle += 1) {
      const first = this.base[bundle] ?? 0;
      const last = first + (this.slots[bundle] ?? 0) * (this.width[bundle] ?? 0);
      if (this.guardOf.subarray(first, last).some((guard) => guard >= 0)) {
        this.isHard[bundle] = this.isGuarded[bundle] = 1;
      }
    }
  }

  /**
   * What is left of the limits of a value with a variable on it, as shares summed; negative where it does not fit,
   * Infinity where nothing limits it. Items that count only sometimes count always.
   */
  roomAfter(variable: number, value: number): number {
    const { load, limit, demands, scale } = this;
    let room = 0;
    let isLimited = false;
    const end = this.entryStart[variable + 1] ?? 0;
    for (let entry = this.entryStart[variable] ?? 0; entry < end; entry += 1) {
      const bundle = this.entryBundle[entry] ?? 0;
      if (this.isHard[bundle] !== 1) continue;
      const slot = this.slotIn(bundle, value);
      if (slot < 0) continue;
      const width = this.width[bundle] ?? 0;
      const first = (this.base[bundle] ?? 0) + slot * width;
      const from = this.entryDemands[entry] ?? 0;
      for (let place = 0; place < width; place += 1) {
        const most = limit[first + place] ?? Infinity;
        const demand = demands[from + place] ?? 0;
        if (most === Infinity || demand === 0) continue;
        const left = most - (load[first + place] ?? 0) - demand;
        if (left < 0) return -1;
        room += left * (scale[first + place] ?? 1);
        isLimited = true;
      }
    }
    return isLimited ? room : Infinity;
  }

  /** What is left at a value, in the table that has least of it, in units of its largest demand. */
  roomAt(value: number): number {
    let least = Infinity;
    const { load, limit } = this;
    for (let bundle = 0; bundle < this.width.length; bundle += 1) {
      if (this.isHard[bundle] !== 1) continue;
      const slot = this.slotIn(bundle, value);
      if (slot < 0) continue;
      const width = this.width[bundle] ?? 0;
      const first = (this.base[bundle] ?? 0) + slot * width;
      for (let place = 0; place < width; place += 1) {
        const most = limit[first + place] ?? Infinity;
        if (most === Infinity) continue;
        const room = (most - (load[first + place] ?? 0)) * (this.scale[first + place] ?? 1);
        if (room < least) least = room;
      }
    }
    return least;
  }

  /** True where a table holds more somewhere than it may. */
  hasOverfull(): boolean {
    const { load, limit } = this;
    for (let at = 0; at < load.length; at += 1) if ((load[at] ?? 0) > (limit[at] ?? Infinity)) return true;
    return false;
  }

  /** A table and a slot, drawn, where it holds more than it may; null where there is none. */
  overfull(random: Random): { table: number; slot: number } | null {
    const { tables } = this.problem;
    let seen = 0;
    let chosen: { table: number; slot: number } | null = null;
    for (let table = 0; table < tables.length; table += 1) {
      if (tables[table]?.hard !== true) continue;
      for (let slot = 0; slot < (tables[table]?.slots ?? 0); slot += 1) {
        if (this.roomOf(table, slot) >= 0) continue;
        seen += 1;
        if (random.below(seen) === 0) chosen = { table, slot };
      }
    }
    return chosen;
  }

  /** Doubles what each slot counts that holds more than it may. */
  emphasiseOverfull(): void {
    const { load, limit, toll, scale } = this;
    for (let at = 0; at < load.length; at += 1) {
      const beyond = (load[at] ?? 0) - (limit[at] ?? Infinity);
      const now = toll[at] ?? 0;
      if (!(beyond > 0) || now >= MOST_WEIGHT * (scale[at] ?? 1)) continue;
      this.over += now * beyond;
      toll[at] = 2 * now;
    }
  }
}

/** Sums of weighted limits stay exact below it. */
const MOST_WEIGHT = 2 ** 20;
