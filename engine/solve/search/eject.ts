import type { Random } from '../../base/random.js';
import type { Budget } from './budget.js';
import { ALIKE } from './construct.js';
import type { Neighbours } from './neighbours.js';
import { slotAt } from './problem.js';
import type { State } from './state.js';

/** Places that are looked at for one variable; all of a domain up to this size. */
const LOOKED_AT = 256;
/** Most that are put out for one. */
const MOST_OUT = 4;

/**
 * Ejection chains for tight packings: what finds no place takes one from others that were easier to place so
 * far, which then look for another. A count of how often each was without place steers who gives way
 * (the ejection pool of Nagata and Braysy for vehicle routing, here on capacities).
 */
export class Ejector {
  private readonly occupants: number[][];
  private readonly fails: Int32Array;
  private readonly out: number[] = [];
  private readonly best: number[] = [];

  constructor(
    private readonly state: State,
    private readonly near: Neighbours,
    private readonly budget: Budget,
    private readonly random: Random,
  ) {
    const { universe } = state.problem;
    this.occupants = Array.from(universe, () => []);
    this.fails = new Int32Array(state.values.length).fill(1);
    for (const variable of near.open) {
      const value = state.values[variable] ?? -1;
      if (value >= 0) this.occupants[value]?.push(variable);
    }
  }

  /** Tries to place all of `left` up to the budget share `to`; returns what found no place. Every change keeps what held. */
  run(left: readonly number[], to: number): number[] {
    const pool = [...left];
    while (pool.length > 0 && !this.budget.isOver && this.budget.used < to) {
      // The one that was put out last goes first, so that a chain is followed to its end.
      const variable = pool.pop() ?? 0;
      if (this.fits(variable)) continue;
      this.fails[variable] = (this.fails[variable] ?? 0) + 1;
      const value = this.choose(variable);
      if (value < 0) {
        pool.unshift(variable);
        this.budget.spend(LOOKED_AT);
        if (pool.every((one) => (this.fails[one] ?? 0) > 1000)) break;
        continue;
      }
      for (const one of this.best) {
        this.remove(one);
        pool.push(one);
      }
      this.put(variable, value);
    }
    return pool;
  }

  private put(variable: number, value: number): void {
    this.state.give(variable, value);
    this.occupants[value]?.push(variable);
  }

  private remove(variable: number): void {
    const { state } = this;
    const value = state.values[variable] ?? -1;
    const list = this.occupants[value];
    if (list !== undefined) {
      list[list.indexOf(variable)] = list[list.length - 1] ?? 0;
      list.pop();
    }
    state.give(variable, -1);
  }

  /** Places a variable where it fits, the tightest such place first. */
  private fits(variable: number): boolean {
    const { state } = this;
    let best = -1;
    let least = Infinity;
    const domain = this.near.domain(variable);
    const start = domain.length > LOOKED_AT ? this.random.below(domain.length) : 0;
    const before = state.broken;
    for (let k = 0; k < Math.min(domain.length, 4 * LOOKED_AT); k += 1) {
      const value = domain[(start + k) % domain.length] ?? 0;
      const room = this.near.fitting.roomAfter(variable, value);
      if (room < 0 || (best >= 0 && room >= least)) continue;
      this.budget.spend();
      state.give(variable, value);
      const isFine = state.broken <= before + ALIKE;
      state.undo();
      if (!isFine) continue;
      best = value;
      least = room;
    }
    if (best < 0) return false;
    this.put(variable, best);
    return true;
  }

  /** The place whose occupants in the way were easiest to place so far; they are in `best`. -1 for none. */
  private choose(variable: number): number {
    const { state, random } = this;
    const domain = this.near.domain(variable);
    const start = random.below(domain.length);
    const before = state.broken;
    let chosen = -1;
    let least = Infinity;
    for (let k = 0; k < Math.min(domain.length, LOOKED_AT); k += 1) {
      const value = domain[(start + k) % domain.length] ?? 0;
      const cost = this.clear(variable, value, least);
      if (cost >= least) continue;
      this.budget.spend();
      state.begin();
      for (const one of this.out) state.place(one, -1);
      state.place(variable, value);
      state.settle();
      const isFine = !state.hasHardCells || state.broken <= before + ALIKE + this.out.length;
      state.undo();
      if (!isFine) continue;
      chosen = value;
      least = cost;
      this.best.length = 0;
      this.best.push(...this.out);
    }
    return chosen;
  }

  /** Fills `out` with few occupants of a place whose going makes room; their fails, or Infinity. */
  private clear(variable: number, value: number, most: number): number {
    const { problem, loads } = this.state;
    const { items, tables } = problem;
    const { out } = this;
    out.length = 0;
    let cost = 0;
    const occupants = this.occupants[value] ?? [];
    for (let round = 0; round <= MOST_OUT; round += 1) {
      // The first limit that is still too small.
      let short = 0;
      let at = -1;
      for (let i = items.start[variable] ?? 0; i < (items.start[variable + 1] ?? 0); i += 1) {
        const table = items.table[i] ?? 0;
        const one = tables[table];
        if (one?.hard !== true) continue;
        const slot = slotAt(one, value);
        if (slot < 0) continue;
        let over = (items.demand[i] ?? 0) - loads.roomOf(table, slot);
        for (const gone of out) over -= this.demandOf(gone, table);
        if (over > 0) {
          short = over;
          at = table;
          break;
        }
      }
      if (at < 0) return out.length === 0 ? Infinity : cost;
      if (round === MOST_OUT) return Infinity;
      let pick = -1;
      let score = Infinity;
      for (const one of occupants) {
        if (out.includes(one)) continue;
        const demand = this.demandOf(one, at);
        if (demand <= 0) continue;
        // One that is enough by itself, and little more, is best; of many the one that gives most.
        const waste = demand >= short ? (demand - short) / demand : 1 + short / demand;
        const own = (this.fails[one] ?? 0) * (1 + waste);
        if (own < score) {
          score = own;
          pick = one;
        }
      }
      if (pick < 0) return Infinity;
      cost += this.fails[pick] ?? 0;
      if (cost >= most) return Infinity;
      cost += this.random.next() * 0.1;
      out.push(pick);
    }
    return Infinity;
  }

  private demandOf(variable: number, table: number): number {
    const { items } = this.state.problem;
    let demand = 0;
    for (let i = items.start[variable] ?? 0; i < (items.start[variable + 1] ?? 0); i += 1) {
      if (items.table[i] === table) demand += items.demand[i] ?? 0;
    }
    return demand;
  }
}
