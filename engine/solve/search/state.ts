import type { Random } from '../../base/random.js';
import { MinTree } from './min-tree.js';
import type { Problem } from './problem.js';
import { Kind, slotAt } from './problem.js';
import type { Guards } from './guards.js';
import type { Program } from './program.js';
import { programOf } from './program.js';
import { startsOf } from './starts.js';
import type { Follower } from './table-loads.js';
import { TableLoads } from './table-loads.js';

/** Extremes of more entries than this are kept in a tournament. */
const SCANNED = 12;

/** Broken hard constraints count as none below it. */
const NONE = 1e-9;

/**
 * Values for all variables and everything that follows from them, kept while single ones change.
 *
 * A move is `begin`, some `place`, `settle`, then either nothing (it stays) or `undo`. Costs what the change
 * reaches, not what the problem holds. Nothing is allocated in a move.
 */
export class State implements Follower {
  /** Value of each variable, -1 for none. */
  readonly values: Int32Array;
  /** Value of each cell that follows (`Program.isLive`); what `sums` means depends on the kind. */
  readonly cell: Float64Array;
  private readonly sums: Float64Array;
  /** Weighted sum of what broken hard cells lack. */
  private lack = 0;
  readonly loads: TableLoads;
  /** True where more than limits of tables is hard. */
  readonly hasHardCells: boolean;
  /** True where items count only sometimes. */
  readonly hasPresence: boolean;
  /** Weight of a hard cell when it is broken. */
  private readonly weights: Float64Array;

  private readonly program: Program;
  private readonly lacking: Float64Array;
  /** 0: may be anything, 1: must be 0, 2: must be 1. */
  private readonly demand: Uint8Array;
  private readonly extremes = new Map<number, MinTree>();
  /** Extreme that reads an entry and the entry's place in it. */
  private readonly extremeOf: Int32Array;
  private readonly placeIn: Int32Array;

  /** What a pair of the program that waits will be. */
  private readonly truth: Uint8Array;
  /** Entries of `sames` by variable that compare it with what it must not be like. */
  private readonly unlikeStart: Int32Array;
  private readonly unlike: Int32Array;

  /** Cells that wait, by rank. */
  private readonly queue: Int32Array;
  private readonly filled: Int32Array;
  private readonly queued: Uint8Array;
  private lowest: number;
  private highest = -1;

  private readonly stamp: Int32Array;
  private moves = 0;
  private lackBefore = 0;
  private readonly changedVariables: number[] = [];
  private readonly oldValues: number[] = [];
  private readonly changedCells: Int32Array;
  private readonly oldCells: Float64Array;
  private readonly oldSums: Float64Array;
  private readonly oldLacking: Float64Array;
  private cellCount = 0;
  private variableCount = 0;

  constructor(readonly problem: Problem) {
    const { cells, hard, wanted } = problem;
    const count = cells.kind.length;
    this.program = programOf(problem);
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
    this.truth = new Uint8Array(count);
    const { isPair } = this.program;
    for (let cell = 0; cell < count; cell += 1) {
      // While all that it reads is 0 one of two literals holds that is negated.
      if (isPair[cell] === 1 && (cells.base[cell] ?? 0) > 0) this.truth[cell] = 1;
    }
    const unlike: number[] = [];
    const unlikeOf: number[] = [];
    const { sames } = problem;
    for (let variable = 0; variable < this.values.length; variable += 1) {
      for (let i = sames.start[variable] ?? 0; i < (sames.start[variable + 1] ?? 0); i += 1) {
        if (this.demand[sames.cell[i] ?? 0] !== 1 || sames.peer[i] === variable) continue;
        unlike.push(i);
        unlikeOf.push(variable);
      }
    }
    this.unlikeStart = startsOf(this.values.length, unlikeOf);
    this.unlike = Int32Array.from(unlike);
    this.extremeOf = new Int32Array(count).fill(-1);
    this.placeIn = new Int32Array(count);
    const { rankStart, order } = this.program;
    this.queue = new Int32Array(order.length);
    this.filled = new Int32Array(rankStart.length);
    this.queued = new Uint8Array(count);
    this.lowest = rankStart.length;
    this.stamp = new Int32Array(count);
    this.changedCells = new Int32Array(count);
    this.oldCells = new Float64Array(count);
    this.oldSums = new Float64Array(count);
    this.oldLacking = new Float64Array(count);
    this.loads = new TableLoads(problem, this.program, this);
    this.start();
  }

  /** Weighted sum of what broken hard constraints lack; 0 where all hold. */
  get broken(): number {
    return this.lack + this.loads.over;
  }

  /** The value of one level of the objective. */
  level(i: number): number {
    return (this.cell[this.problem.levels[i] ?? 0] ?? 0) + (this.loads.direct[i] ?? 0);
  }

  /** The objective of the search: all levels, each by its worth. */
  get objective(): number {
    const { levels, worth } = this.problem;
    let total = 0;
    for (let i = 0; i < levels.length; i += 1) total += (worth[i] ?? 0) * this.level(i);
    return total;
  }

  /** Starts a move; what the last one changed can no longer be undone. */
  begin(): void {
    this.moves += 1;
    this.lackBefore = this.lack;
    this.variableCount = 0;
    this.cellCount = 0;
    this.loads.begin();
  }

  /** Gives a variable a value, or none with -1. Cells follow with `settle`; loads and `broken` limits at once. */
  place(variable: number, value: number): void {
    const old = this.values[variable] ?? -1;
    if (old === value) return;
    this.shift(variable, value);
    this.placeMembers(variable, old, value);
    this.placeSames(variable, value);
  }

  /**
   * Like `place`, but cells of the variable itself are told by `follow` only. Until then `objective` knows what loads add by
   * themselves.
   */
  shift(variable: number, value: number): void {
    const old = this.values[variable] ?? -1;
    if (old === value) return;
    this.changedVariables[this.variableCount] = variable;
    this.oldValues[this.variableCount] = old;
    this.variableCount += 1;
    this.values[variable] = value;
    this.loads.place(variable, old, value, this.cell);
  }

  /** Tells cells of what was shifted since `begin`, when nothing was placed. */
  follow(): void {
    for (let i = 0; i < this.variableCount; i += 1) {
      const variable = this.changedVariables[i] ?? 0;
      const value = this.values[variable] ?? -1;
      this.placeMembers(variable, this.oldValues[i] ?? -1, value);
      this.placeSames(variable, value);
    }
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

  /** Makes a cell follow with `settle`. */
  enqueue(cell: number): void {
    if (this.queued[cell] === 1) return;
    this.queued[cell] = 1;
    const { rank, rankStart } = this.program;
    const own = rank[cell] ?? 0;
    const filled = this.filled[own] ?? 0;
    this.queue[(rankStart[own] ?? 0) + filled] = cell;
    this.filled[own] = filled + 1;
    if (own < this.lowest) this.lowest = own;
    if (own > this.highest) this.highest = own;
  }

  /** Gives a cell its value and tells its readers. */
  set(cell: number, value: number): void {
    const old = this.cell[cell] ?? 0;
    if (old === value) return;
    this.save(cell);
    this.cell[cell] = value;
    if (this.demand[cell] !== 0) this.judge(cell);
    const { readerStart, reader, coefficient, other, otherTruth } = this.program;
    const change = value - old;
    const end = readerStart[cell + 1] ?? 0;
    for (let i = readerStart[cell] ?? 0; i < end; i += 1) {
      const target = reader[i] ?? 0;
      const beside = other[i] ?? -1;
      const factor = coefficient[i] ?? 0;
      if (beside >= 0) {
        if (this.cell[beside] === otherTruth[i]) continue;
        // The other literal does not hold: whether this one does is all.
        this.truth[target] = factor > 0 ? value : 1 - value;
        this.enqueue(target);
        continue;
      }
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
    this.lack += (this.weights[cell] ?? 1) * (lacks - before);
  }

  /** Lets everything follow from the places given since the last call. */
  settle(): void {
    this.propagate(Infinity);
  }

  /**
   * The same for a move of a state that broke nothing; ends early with false where the move breaks something, and
   * must then be undone.
   */
  settleUnbroken(): boolean {
    // Where items count only sometimes, what follows may make good what a limit lacks.
    const isFinal = !this.hasPresence;
    if (isFinal && this.broken > NONE) return false;
    return this.propagate(isFinal ? NONE : Infinity) && this.broken <= NONE;
  }

  /** False where hard cells came to lack more than `most` on the way. */
  private propagate(most: number): boolean {
    const { rankStart } = this.program;
    const { queue, queued, filled } = this;
    while (this.lowest <= this.highest) {
      const rank = this.lowest;
      const first = rankStart[rank] ?? 0;
      for (let i = 0; i < (filled[rank] ?? 0); i += 1) {
        const cell = queue[first + i] ?? 0;
        queued[cell] = 0;
        this.recompute(cell);
        if (this.lack > most) return false;
      }
      filled[rank] = 0;
      this.lowest = rank + 1;
    }
    this.lowest = filled.length;
    this.highest = -1;
    return true;
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
    const { cells, items } = this.problem;
    const end = cells.inputStart[cell + 1] ?? 0;
    for (let i = cells.inputStart[cell] ?? 0; i < end; i += 1) {
      const item = cells.inputs[i] ?? 0;
      this.loads.countItem(item, this.values[items.variable[item] ?? 0] ?? -1, present ? 1 : -1);
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
      case Kind.or: {
        if (this.program.isPair[cell] === 1) return this.truth[cell] ?? 0;
        return sum > 0 ? 1 : 0;
      }
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
      case Kind.balance:
        return this.loads.leastRoom(left[cell] ?? 0) + (base[cell] ?? 0);
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
    const { rankStart } = this.program;
    for (let i = this.variableCount - 1; i >= 0; i -= 1) {
      this.values[this.changedVariables[i] ?? 0] = this.oldValues[i] ?? -1;
    }
    this.loads.undo();
    for (let rank = this.lowest; rank <= this.highest; rank += 1) {
      const first = rankStart[rank] ?? 0;
      for (let i = 0; i < (this.filled[rank] ?? 0); i += 1) this.queued[this.queue[first + i] ?? 0] = 0;
      this.filled[rank] = 0;
    }
    this.lowest = this.filled.length;
    this.highest = -1;
    for (let i = 0; i < this.cellCount; i += 1) {
      const cell = this.changedCells[i] ?? 0;
      const value = this.oldCells[i] ?? 0;
      const place = this.extremeOf[cell] ?? -1;
      if (place >= 0 && this.cell[cell] !== value) this.tell(cell, place, value);
      this.cell[cell] = value;
      this.sums[cell] = this.oldSums[i] ?? 0;
      this.lacking[cell] = this.oldLacking[i] ?? 0;
    }
    this.lack = this.lackBefore;
    this.begin();
  }

  /** What a hard cell lacks now, unweighted. */
  lacks(cell: number): number {
    return this.lacking[cell] ?? 0;
  }

  /** Adds to the weight of a hard cell. */
  emphasise(cell: number, by: number): void {
    this.weights[cell] = (this.weights[cell] ?? 0) + by;
    this.lack += by * (this.lacking[cell] ?? 0);
  }

  /** Whether the limits of a value hold with a variable on it, `without` another one, that has this value, if that is not -1. */
  fits(variable: number, value: number, without: number): boolean {
    return (
      this.loads.fits(variable, this.values[variable] ?? -1, value, without) &&
      this.differs(variable, value, without)
    );
  }

  /** Whether a value is another one than those of all that must not be like a variable. */
  private differs(variable: number, value: number, without: number): boolean {
    const { sames, classMaps } = this.problem;
    const end = this.unlikeStart[variable + 1] ?? 0;
    for (let k = this.unlikeStart[variable] ?? 0; k < end; k += 1) {
      const i = this.unlike[k] ?? 0;
      const peer = sames.peer[i] ?? 0;
      const other = this.values[peer] ?? -1;
      if (peer === without || other < 0) continue;
      const ownMap = sames.ownMap[i] ?? -1;
      const peerMap = sames.peerMap[i] ?? -1;
      const own = ownMap < 0 ? value : (classMaps[ownMap]?.[value] ?? -1);
      if (own >= 0 && own === (peerMap < 0 ? other : (classMaps[peerMap]?.[other] ?? -1))) return false;
    }
    return true;
  }

  /** Lets `fits` look at sums that moves would break. */
  guard(guards: Guards): void {
    this.loads.guard(guards, this.sums, this.cell);
  }

  /** Variables that count at one slot, drawn, that holds more than it may. */
  crowd(random: Random): number[] {
    const { items, tables } = this.problem;
    const crowd: number[] = [];
    const at = this.loads.overfull(random);
    const table = at === null ? undefined : tables[at.table];
    if (at === null || table === undefined) return crowd;
    for (let i = 0; i < items.table.length; i += 1) {
      if (items.table[i] !== at.table) continue;
      const variable = items.variable[i] ?? 0;
      if (slotAt(table, this.values[variable] ?? -1) === at.slot) crowd.push(variable);
    }
    return crowd;
  }

  /** Values of cells while no variable has a value. */
  private start(): void {
    const { cells } = this.problem;
    const { kind, inputStart, inputs } = cells;
    for (let cell = 0; cell < kind.length; cell += 1) {
      const isExtreme = kind[cell] === Kind.greatest || kind[cell] === Kind.smallest;
      if (!isExtreme || this.program.isLive[cell] !== 1) continue;
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
    for (const cell of this.program.order) {
      const before = this.cell[cell] ?? 0;
      this.recompute(cell);
      const place = this.extremeOf[cell] ?? -1;
      if (place >= 0 && before === this.cell[cell]) this.tell(cell, place, before);
    }
    this.settle();
    this.begin();
  }
}

/** Beyond every number that a model computes with: the value of an entry that does not hold. */
export const NOTHING = 1e300;
