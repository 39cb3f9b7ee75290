import type { Problem } from './problem.js';
import { slotAt } from './problem.js';
import type { TableLoads } from './table-loads.js';
import type { Team } from './teams.js';
import { LARGEST_TEAM, mayTake } from './teams.js';

/** Where the members of a team may go, and what must be left there. */
export interface Spots {
  /** Values, those that the team names first and in its order; what is beyond them gains nothing by itself. */
  readonly values: readonly number[];
  /** So many places elsewhere, each with room for all. */
  readonly elsewhere: number;
  /** Least room that members leave in each table where they go; -Infinity for none. */
  readonly least: Float64Array;
  /** Steps that the search may take. */
  readonly steps: number;
  /** Asked now and then; true ends the search. */
  readonly isOver?: () => boolean;
}

/** Steps between two looks at whether the search is over. */
const LOOK = 64;

/** Sums of parts of weights may be off by less. */
const ROUNDED = 1e-6;

/**
 * Finds the best places of a team in the room that there is, by depth-first branch and bound: the members in
 * the order of the team, each at its best spot first. What members without a spot may yet gain is bounded by how many of the
 * smallest of them each spot has room for. INVARIANT: while it looks, the members count nowhere.
 */
export class TeamPlacer {
  /** What the team is worth at its best as far as found; -Infinity where nothing was. */
  worth = -Infinity;
  /** No way to place it is worth more. */
  bound = Infinity;
  /** By member of the team the spot where it is at its best: an index into the values, or from their number on one elsewhere. */
  readonly chosen = new Int32Array(LARGEST_TEAM);
  /** Steps that the last search took. */
  taken = 0;

  private count = 0;
  private spots = 0;
  private listed = 0;
  private tables: number[] = [];
  private stepsLeft = 0;
  private isOver: () => boolean = () => false;
  /** By member and spot what it is worth there by itself, and beside those placed before. */
  private gain = new Float64Array(0);
  private pairs: Float64Array = new Float64Array(0);
  private demand = new Float64Array(0);
  private room = new Float64Array(0);
  private least = new Float64Array(0);
  /** By table the room of spots looked at so far. */
  private together = new Float64Array(0);
  /** By member the table of which it asks the largest share, -1 for none. */
  private readonly mainTable = new Int32Array(LARGEST_TEAM);
  /** By member and table the demands of those from there on that ask most of the table, the least first and summed up. */
  private summed = new Float64Array(0);
  private summedCount = new Int32Array(0);
  private beside: Float64Array = new Float64Array(0);
  /** 1 where a member is like the one before. */
  private readonly isTwin = new Uint8Array(LARGEST_TEAM);
  private endOf: Int32Array = new Int32Array(0);
  private company: Float64Array = new Float64Array(0);
  /** By member the most that any from there on gains in company that gains together with it. */
  private readonly mostCompany = new Float64Array(LARGEST_TEAM);
  /** By set of members that gain together, as its first one, and spot how many are there, and who came first. */
  private here = new Float64Array(0);
  private alone = new Int32Array(0);
  private readonly setOf = new Int32Array(LARGEST_TEAM);
  private readonly spotAt = new Int32Array(LARGEST_TEAM);
  private readonly most = new Float64Array(LARGEST_TEAM + 1);
  private branches = new Int32Array(0);

  constructor(
    private readonly problem: Problem,
    private readonly loads: TableLoads,
    /** False where a table's limits say nothing of one team alone. */
    private readonly isChecked: readonly boolean[],
  ) {}

  /** Looks for the best places; `worth`, `bound` and `chosen` tell what came of it. */
  place(team: Team, { values, elsewhere, least, steps, isOver = () => false }: Spots): void {
    this.count = team.variables.length;
    this.endOf = team.endOf;
    this.beside = team.beside;
    this.company = team.company;
    this.listed = values.length;
    this.spots = values.length + elsewhere;
    this.worth = -Infinity;
    this.stepsLeft = steps;
    this.isOver = isOver;
    this.findTables(team);
    this.measure(team, values, least);
    this.bound = this.atMost(0, 0);
    for (let spot = 0; spot < Math.min(this.spots, this.listed + 1); spot += 1) this.fill(spot);
    if (this.worth < this.bound - ROUNDED) {
      this.visit(0, 0, 0);
      if (this.stepsLeft > 0) this.bound = this.worth;
    }
    this.taken = steps - Math.max(0, this.stepsLeft);
  }

  /** By table of the problem the least room that is left at the values chosen, Infinity where nobody counts. */
  roomLeft({ variables }: Team, values: readonly number[]): Float64Array {
    const { tables, items } = this.problem;
    const left = new Float64Array(tables.length).fill(Infinity);
    for (let spot = 0; spot < values.length; spot += 1) {
      const asked = new Map<number, number>();
      variables.forEach((variable, member) => {
        if (this.chosen[member] !== spot) return;
        for (let i = items.start[variable] ?? 0; i < (items.start[variable + 1] ?? 0); i += 1) {
          const table = items.table[i] ?? 0;
          asked.set(table, (asked.get(table) ?? 0) + (items.demand[i] ?? 0));
        }
      });
      for (const [at, demand] of asked) {
        const table = tables[at];
        const slot = table === undefined ? -1 : slotAt(table, values[spot] ?? -1);
        if (slot >= 0) left[at] = Math.min(left[at] ?? Infinity, this.loads.roomOf(at, slot) - demand);
      }
    }
    return left;
  }

  /** The tables in which some member counts. */
  private findTables({ variables }: Team): void {
    const { items } = this.problem;
    this.tables.length = 0;
    for (const variable of variables) {
      for (let i = items.start[variable] ?? 0; i < (items.start[variable + 1] ?? 0); i += 1) {
        const table = items.table[i] ?? 0;
        if (this.isChecked[table] === true && !this.tables.includes(table)) this.tables.push(table);
      }
    }
  }

  private measure(team: Team, values: readonly number[], least: Float64Array): void {
    const { count, spots } = this;
    const width = this.tables.length;
    this.pairs = team.pairs;
    this.gain = sized(this.gain, count * spots);
    this.demand = sized(this.demand, count * width);
    this.room = sized(this.room, spots * width);
    this.least = sized(this.least, width);
    this.together = sized(this.together, width);
    this.summed = sized(this.summed, count * width * (count + 1));
    if (this.summedCount.length < count * width) this.summedCount = new Int32Array(count * width);
    this.summedCount.fill(0, 0, count * width);
    if (this.branches.length < count * spots) this.branches = new Int32Array(count * spots);
    this.measureRoom(values, least);
    for (let member = 0; member < count; member += 1) {
      this.measureGain(team, member, values);
      this.measureDemand(team.variables[member] ?? 0, member);
    }
    for (let member = count - 1; member >= 0; member -= 1) this.sumUp(member);
    this.gatherCompany();
    for (let member = 0; member < count; member += 1) this.isTwin[member] = this.isLike(member) ? 1 : 0;
  }

  private measureRoom(values: readonly number[], least: Float64Array): void {
    const { tables } = this.problem;
    const width = this.tables.length;
    for (let at = 0; at < width; at += 1) {
      const table = tables[this.tables[at] ?? 0];
      const kept = least[this.tables[at] ?? 0] ?? -Infinity;
      this.least[at] = table?.hard === true ? Math.max(0, kept) : kept;
      for (let spot = 0; spot < this.spots; spot += 1) {
        const slot = spot >= this.listed || table === undefined ? -1 : slotAt(table, values[spot] ?? -1);
        this.room[spot * width + at] = slot < 0 ? Infinity : this.loads.roomOf(this.tables[at] ?? 0, slot);
      }
    }
  }

  private measureGain(
    { variables, named, own, isMixed }: Team,
    member: number,
    values: readonly number[],
  ): void {
    const { spots, gain } = this;
    for (let spot = 0; spot < named.length; spot += 1)
      gain[member * spots + spot] = own[member * named.length + spot] ?? 0;
    if (!isMixed) return;
    for (let spot = named.length; spot < this.listed; spot += 1) {
      if (!mayTake(this.problem, variables[member] ?? 0, values[spot] ?? -1))
        gain[member * spots + spot] = -Infinity;
    }
  }

  private measureDemand(variable: number, member: number): void {
    const { items, tables } = this.problem;
    const width = this.tables.length;
    let most = 0;
    this.mainTable[member] = -1;
    for (let i = items.start[variable] ?? 0; i < (items.start[variable + 1] ?? 0); i += 1) {
      const at = this.tables.indexOf(items.table[i] ?? 0);
      if (at < 0) continue;
      const demand = items.demand[i] ?? 0;
      this.demand[member * width + at] = (this.demand[member * width + at] ?? 0) + demand;
      const share = demand * (tables[items.table[i] ?? 0]?.scale ?? 1);
      if (share <= most || (this.least[at] ?? 0) === -Infinity) continue;
      most = share;
      this.mainTable[member] = at;
    }
  }

  /** The demands of members from one on, the least first, summed up by table. */
  private sumUp(member: number): void {
    const { count, summed, summedCount, demand } = this;
    const width = this.tables.length;
    const main = this.mainTable[member] ?? -1;
    for (let at = 0; at < width; at += 1) {
      const to = (member * width + at) * (count + 1);
      const from = ((member + 1) * width + at) * (count + 1);
      const known =
        member + 1 < (this.endOf[member] ?? 0) ? (summedCount[(member + 1) * width + at] ?? 0) : 0;
      const own = at === main ? (demand[member * width + at] ?? 0) : Infinity;
      let sum = 0;
      let n = 0;
      let isIn = own === Infinity;
      for (let i = 0; i < known; i += 1) {
        const one = (summed[from + i] ?? 0) - (i > 0 ? (summed[from + i - 1] ?? 0) : 0);
        if (!isIn && own <= one) {
          sum += own;
          summed[to + n] = sum;
          n += 1;
          isIn = true;
        }
        sum += one;
        summed[to + n] = sum;
        n += 1;
      }
      if (!isIn) {
        summed[to + n] = sum + own;
        n += 1;
      }
      summedCount[member * width + at] = n;
    }
  }

  private gatherCompany(): void {
    const { count, spots, endOf, company, mostCompany } = this;
    this.here = sized(this.here, count * spots);
    if (this.alone.length < count * spots) this.alone = new Int32Array(count * spots);
    for (let member = count - 1; member >= 0; member -= 1) {
      const more = member + 1 < (endOf[member] ?? 0) ? (mostCompany[member + 1] ?? 0) : 0;
      mostCompany[member] = Math.max(more, company[member] ?? 0);
    }
    for (let member = 0; member < count; member += 1) {
      const isFirst = member === 0 || (endOf[member - 1] ?? 0) === member;
      this.setOf[member] = isFirst ? member : (this.setOf[member - 1] ?? 0);
    }
  }

  /** What a member gains at a spot, those included that it keeps company. */
  private gainAt(member: number, spot: number): number {
    const at = (this.setOf[member] ?? 0) * this.spots + spot;
    const own = this.gain[member * this.spots + spot] ?? 0;
    const here = this.here[at] ?? 0;
    if (here === 0) return own;
    const first = here === 1 ? (this.company[this.alone[at] ?? 0] ?? 0) : 0;
    return own + (this.company[member] ?? 0) + first;
  }

  private isLike(member: number): boolean {
    const { count, spots } = this;
    const width = this.tables.length;
    const before = member - 1;
    if (before < 0) return false;
    if (this.setOf[member] !== this.setOf[before] || this.company[member] !== this.company[before])
      return false;
    for (let at = 0; at < width; at += 1)
      if (this.demand[member * width + at] !== this.demand[before * width + at]) return false;
    for (let spot = 0; spot < spots; spot += 1)
      if (this.gain[member * spots + spot] !== this.gain[before * spots + spot]) return false;
    for (let other = 0; other < count; other += 1) {
      if (other === member || other === before) continue;
      if (this.pairs[member * count + other] !== this.pairs[before * count + other]) return false;
    }
    return true;
  }

  /** What members from one on gain at most, `used` of the spots elsewhere being in use. */
  private atMost(depth: number, used: number): number {
    let sum = 0;
    for (let from = depth; from < this.count; from = this.endOf[from] ?? this.count)
      sum += this.atMostTogether(from, used);
    return sum;
  }

  /** What members from one on gain at most that gain together. */
  private atMostTogether(depth: number, used: number): number {
    const { count, spots, most, gain, beside } = this;
    const end = this.endOf[depth] ?? 0;
    const rest = end - depth;
    most.fill(-Infinity, 0, rest + 1);
    most[0] = 0;
    const company = this.mostCompany[depth] ?? 0;
    // Of those elsewhere that nobody has gone to, all could gather at one.
    const last = Math.min(spots, this.listed + used + 1);
    this.together.fill(0);
    for (let spot = 0; spot < last; spot += 1) {
      const fitting = Math.min(rest, this.fitting(depth, spot));
      if (fitting === 0) continue;
      const capped = Math.min(rest, this.fittingSoFar(depth, spot));
      let own = -Infinity;
      for (let at = depth * spots + spot; at < end * spots; at += spots)
        if ((gain[at] ?? 0) > own) own = gain[at] ?? 0;
      if (own === -Infinity) continue;
      const at = (this.setOf[depth] ?? 0) * spots + spot;
      const before = this.here[at] ?? 0;
      const first = before === 1 ? (this.company[this.alone[at] ?? 0] ?? 0) : 0;
      for (let placed = capped; placed > 0; placed -= 1) {
        let best = most[placed] ?? 0;
        for (let here = Math.min(placed, fitting); here > 0; here -= 1) {
          const alike = own + (beside[depth * count + here - 1] ?? 0);
          const joined = before + here > 1 ? here * company + first : 0;
          const sum = (most[placed - here] ?? 0) + here * alike + joined;
          if (sum > best) best = sum;
        }
        most[placed] = best;
      }
    }
    return most[rest] ?? 0;
  }

  /** How many members from one on a spot has room for, at most. */
  private fitting(depth: number, spot: number): number {
    const { count, summed, summedCount, least, room } = this;
    const width = this.tables.length;
    let fitting = (this.endOf[depth] ?? 0) - depth;
    for (let at = 0; at < width; at += 1) {
      const all = summedCount[depth * width + at] ?? 0;
      const left = (room[spot * width + at] ?? 0) - (least[at] ?? 0);
      const from = (depth * width + at) * (count + 1);
      let some = all;
      while (some > 0 && (summed[from + some - 1] ?? 0) > left) some -= 1;
      fitting -= all - some;
    }
    return fitting;
  }

  /** How many members from one on a spot and those looked at before have room for together, at most. */
  private fittingSoFar(depth: number, spot: number): number {
    const { count, summed, summedCount, least, room, together } = this;
    const width = this.tables.length;
    let fitting = (this.endOf[depth] ?? 0) - depth;
    for (let at = 0; at < width; at += 1) {
      const all = summedCount[depth * width + at] ?? 0;
      if (all === 0) continue;
      const from = (depth * width + at) * (count + 1);
      const left = (room[spot * width + at] ?? 0) - (least[at] ?? 0);
      // What is too little for any of them is no use to all together.
      if (left >= (summed[from] ?? 0)) together[at] = (together[at] ?? 0) + left;
      let some = all;
      while (some > 0 && (summed[from + some - 1] ?? 0) > (together[at] ?? 0)) some -= 1;
      fitting -= all - some;
    }
    return fitting;
  }

  private fits(member: number, spot: number): boolean {
    if (this.gain[member * this.spots + spot] === -Infinity) return false;
    const width = this.tables.length;
    for (let at = 0; at < width; at += 1) {
      const demand = this.demand[member * width + at] ?? 0;
      if (demand === 0) continue;
      if ((this.room[spot * width + at] ?? 0) - demand < (this.least[at] ?? 0)) return false;
    }
    return true;
  }

  /** A member gets or, with sign -1, leaves a spot; what others gain there follows. */
  private put(member: number, spot: number, sign: 1 | -1): void {
    const { count, spots, pairs, gain } = this;
    const width = this.tables.length;
    for (let at = 0; at < width; at += 1) {
      const index = spot * width + at;
      this.room[index] = (this.room[index] ?? 0) - sign * (this.demand[member * width + at] ?? 0);
    }
    const at = (this.setOf[member] ?? 0) * spots + spot;
    if (sign > 0 && this.here[at] === 0) this.alone[at] = member;
    this.here[at] = (this.here[at] ?? 0) + sign;
    for (let other = member + 1; other < count; other += 1) {
      const by = pairs[member * count + other] ?? 0;
      if (by !== 0) gain[other * spots + spot] = (gain[other * spots + spot] ?? 0) + sign * by;
    }
    this.spotAt[member] = spot;
  }

  private keep(worth: number): void {
    this.worth = worth;
    for (let member = 0; member < this.count; member += 1) this.chosen[member] = this.spotAt[member] ?? 0;
  }

  /** A first answer: all that has room at one spot goes there, the rest to the best spots that are left. */
  private fill(first: number): void {
    const { count, spots } = this;
    const used = Math.min(spots, this.listed + 2);
    let worth = 0;
    let member = 0;
    for (; member < count; member += 1) {
      let spot = this.fits(member, first) ? first : -1;
      if (spot < 0) {
        for (let other = 0; other < used; other += 1) {
          if (!this.fits(member, other)) continue;
          if (spot < 0 || this.gainAt(member, other) > this.gainAt(member, spot)) spot = other;
        }
      }
      if (spot < 0) break;
      worth += this.gainAt(member, spot);
      this.put(member, spot, 1);
    }
    if (member === count && worth > this.worth) this.keep(worth);
    for (member -= 1; member >= 0; member -= 1) this.put(member, this.spotAt[member] ?? 0, -1);
  }

  private visit(depth: number, worth: number, used: number): void {
    const { count, spots, listed } = this;
    if (depth === count) {
      if (worth > this.worth) this.keep(worth);
      return;
    }
    const last = Math.min(spots, listed + used + 1);
    const from = this.isTwin[depth] === 1 ? (this.spotAt[depth - 1] ?? 0) : 0;
    const begin = depth * spots;
    let found = 0;
    for (let spot = from; spot < last; spot += 1) {
      if (!this.fits(depth, spot)) continue;
      let at = begin + found;
      const own = this.gainAt(depth, spot);
      while (at > begin && this.gainAt(depth, this.branches[at - 1] ?? 0) < own) {
        this.branches[at] = this.branches[at - 1] ?? 0;
        at -= 1;
      }
      this.branches[at] = spot;
      found += 1;
    }
    for (let i = 0; i < found; i += 1) {
      if (this.stepsLeft <= 0 || this.worth >= this.bound - ROUNDED) return;
      this.stepsLeft -= 1;
      if (this.stepsLeft % LOOK === 0 && this.isOver()) this.stepsLeft = 0;
      const spot = this.branches[begin + i] ?? 0;
      const sum = worth + this.gainAt(depth, spot);
      this.put(depth, spot, 1);
      const now = Math.max(used, spot - listed + 1);
      if (sum + this.atMost(depth + 1, now) > this.worth + ROUNDED) this.visit(depth + 1, sum, now);
      this.put(depth, spot, -1);
    }
  }
}

function sized(list: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  if (list.length < length) return new Float64Array(length);
  return list.fill(0, 0, length);
}
