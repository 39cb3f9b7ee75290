import { Disjoint } from '../../base/disjoint.js';
import type { Random } from '../../base/random.js';
import { Fitting } from './fitting.js';
import type { Problem } from './problem.js';
import type { State } from './state.js';
import type { Support } from './support.js';

/** Domains up to this many values are looked at whole. */
const WHOLE = 40;
/** Values that are drawn from a larger one, beside those that the model names. */
const DRAWN = 6;
/** Values with much room that are looked at. */
const ROOMY = 4;
/** And where a group gathers. */
const GATHERED = 16;
/** Of so many, or twice as many where these are alike. */
const MOST_ROOMY = 256;
/** Rooms are told apart as finely as this to find them. */
const BUCKETS = 1024;
/** Values that a variable's own cells name are looked at up to this many. */
const NAMED = 32;

/** Which values of a variable are worth a look, and who is near it. */
export class Neighbours {
  /** 1 where a domain has a value. */
  readonly has: readonly Uint8Array[];
  /** Values by room, the roomiest first, per domain. */
  private readonly roomy: readonly Int32Array[];
  private readonly roomyAt: Int32Array;
  /** Variables with a choice. */
  readonly open: Int32Array;
  /** Groups of open variables that compare each other; each in order of size, the largest first. */
  readonly groups: readonly Int32Array[];
  /** Group of each variable, -1 for a fixed one. */
  readonly groupOf: Int32Array;
  /** Open variables that say whether items of others count. */
  readonly gates: readonly number[];
  /** What a variable asks of the tables, as a share of what they have on average. */
  readonly size: Float64Array;
  /** Values by the room that limits leave there. */
  readonly fitting: Fitting;
  /** How often a variable found no value as good as those that had no room for it. */
  missed = 0;
  private readonly list: number[] = [];
  private readonly seen: Int32Array;
  private round = 0;

  constructor(
    private readonly problem: Problem,
    private readonly state: State,
    private readonly random: Random,
    support: Support,
  ) {
    const { universe, domains, domainOf } = problem;
    this.seen = new Int32Array(universe.length);
    this.fitting = new Fitting(problem, state);
    this.has = domains.map((domain) => {
      const has = new Uint8Array(universe.length);
      for (const value of domain) has[value] = 1;
      return has;
    });
    this.size = this.sizes();
    const room = this.rooms();
    this.roomy = domains.map((domain) => (domain.length <= WHOLE ? domain : roomiest(domain, room)));
    this.roomyAt = new Int32Array(domains.length);
    const open: number[] = [];
    domainOf.forEach((domain, variable) => {
      if ((domains[domain]?.length ?? 0) > 1) open.push(variable);
    });
    this.open = Int32Array.from(open);
    this.groupOf = new Int32Array(domainOf.length).fill(-1);
    this.groups = this.grouped();
    const gates = new Set<number>();
    for (const presence of new Set(problem.items.presence)) {
      if (presence >= 0) for (const gate of support.of(presence)) gates.add(gate);
    }
    this.gates = [...gates].filter((gate) => this.groupOf[gate] !== -1).sort((a, b) => a - b);
  }

  private sizes(): Float64Array {
    const { items, tables, domainOf } = this.problem;
    const average = tables.map(({ limit, slots }) => {
      let sum = 0;
      for (const one of limit) if (one !== Infinity) sum += one;
      return sum / Math.max(1, slots);
    });
    const size = new Float64Array(domainOf.length);
    for (let variable = 0; variable < size.length; variable += 1) {
      for (let i = items.start[variable] ?? 0; i < (items.start[variable + 1] ?? 0); i += 1) {
        const mean = average[items.table[i] ?? 0] ?? 0;
        size[variable] = (size[variable] ?? 0) + (mean > 0 ? Math.abs(items.demand[i] ?? 0) / mean : 0);
      }
    }
    return size;
  }

  /** Room of each value as a share of the most that any has, the scarcer of its tables. */
  private rooms(): Float64Array {
    const { universe, tables } = this.problem;
    const room = new Float64Array(universe.length).fill(1);
    for (const { limit, slotOf } of tables) {
      let most = 0;
      for (const one of limit) if (one !== Infinity) most = Math.max(most, one);
      if (most === 0 || slotOf !== null) continue;
      for (let value = 0; value < limit.length; value += 1) {
        const share = (limit[value] ?? Infinity) / most;
        if (share < (room[value] ?? 1)) room[value] = share;
      }
    }
    return room;
  }

  private grouped(): Int32Array[] {
    const { sames, domainOf } = this.problem;
    const together = new Disjoint();
    for (let variable = 0; variable < domainOf.length; variable += 1) {
      for (let i = sames.start[variable] ?? 0; i < (sames.start[variable + 1] ?? 0); i += 1) {
        together.join([variable, sames.peer[i] ?? 0]);
      }
    }
    const members = new Map<number, number[]>();
    for (const variable of this.open) {
      const at = together.find(variable);
      const list = members.get(at);
      if (list === undefined) members.set(at, [variable]);
      else list.push(variable);
    }
    const total = (list: Int32Array): number => list.reduce((sum, one) => sum + (this.size[one] ?? 0), 0);
    const groups = [...members.values()].map((list) =>
      Int32Array.from(list.sort((a, b) => (this.size[b] ?? 0) - (this.size[a] ?? 0) || a - b)),
    );
    const totals = new Map(groups.map((group) => [group, total(group)]));
    groups.sort((a, b) => (totals.get(b) ?? 0) - (totals.get(a) ?? 0) || (a[0] ?? 0) - (b[0] ?? 0));
    groups.forEach((group, at) => {
      for (const variable of group) this.groupOf[variable] = at;
    });
    return groups;
  }

  /** True where a variable may take a value. */
  allows(variable: number, value: number): boolean {
    return this.has[this.problem.domainOf[variable] ?? 0]?.[value] === 1;
  }

  /** 1 where a variable may take a value. */
  valuesAllowed(variable: number): Uint8Array {
    return this.has[this.problem.domainOf[variable] ?? 0] ?? NONE;
  }

  /** True where all values of a variable are looked at. */
  isWhole(variable: number): boolean {
    return this.domain(variable).length <= WHOLE;
  }

  /** True where a cell of the variable itself names the value. */
  isNamed(variable: number, value: number): boolean {
    const { members } = this.problem;
    return includesBetween(
      members.value,
      members.start[variable] ?? 0,
      members.start[variable + 1] ?? 0,
      value,
    );
  }

  domain(variable: number): Int32Array {
    return this.problem.domains[this.problem.domainOf[variable] ?? 0] ?? EMPTY;
  }

  /** Some values of the domain with most room at the start, each time from the next one on. */
  *roomiest(variable: number): Generator<number> {
    for (let i = 0; i < GATHERED; i += 1) yield this.nextRoomy(variable);
  }

  private nextRoomy(variable: number): number {
    const at = this.problem.domainOf[variable] ?? 0;
    const roomy = this.roomy[at] ?? EMPTY;
    const next = this.roomyAt[at] ?? 0;
    this.roomyAt[at] = next + 1 >= roomy.length ? 0 : next + 1;
    return roomy[next] ?? 0;
  }

  /** Any value of the domain. */
  any(variable: number): number {
    const domain = this.domain(variable);
    return domain[this.random.below(domain.length)] ?? 0;
  }

  /** Values worth a look, each once; all of a small domain. The list is valid up to the next call. */
  values(variable: number): readonly number[] {
    const { list } = this;
    list.length = 0;
    const domain = this.domain(variable);
    if (domain.length <= WHOLE) {
      for (const value of domain) list.push(value);
      return list;
    }
    this.round += 1;
    const { members, sames } = this.problem;
    const begin = members.start[variable] ?? 0;
    const named = (members.start[variable + 1] ?? 0) - begin;
    if (named <= NAMED) for (let i = 0; i < named; i += 1) this.push(variable, members.value[begin + i] ?? 0);
    else {
      for (let i = 0; i < NAMED; i += 1) {
        this.push(variable, members.value[begin + this.random.below(named)] ?? 0);
      }
    }
    for (let i = sames.start[variable] ?? 0; i < (sames.start[variable + 1] ?? 0); i += 1) {
      this.push(variable, this.state.values[sames.peer[i] ?? 0] ?? -1);
    }
    for (let i = 0; i < ROOMY; i += 1) this.push(variable, this.nextRoomy(variable));
    for (let i = 0; i < DRAWN; i += 1) this.push(variable, domain[this.random.below(domain.length)] ?? 0);
    return list;
  }

  private push(variable: number, value: number): void {
    if (value < 0 || this.seen[value] === this.round || !this.allows(variable, value)) return;
    this.seen[value] = this.round;
    this.list.push(value);
  }

  /** A value that the model names for a variable, or -1. */
  named(variable: number): number {
    const { members } = this.problem;
    const begin = members.start[variable] ?? 0;
    const count = (members.start[variable + 1] ?? 0) - begin;
    if (count === 0) return -1;
    const value = members.value[begin + this.random.below(count)] ?? 0;
    return this.allows(variable, value) ? value : -1;
  }

  /** One value that a move might try: named by the model, where a peer is, or any. */
  draw(variable: number): number {
    const { sames } = this.problem;
    const domain = this.domain(variable);
    const kind = this.random.below(4);
    if (kind === 0) {
      const value = this.named(variable);
      if (value >= 0) return value;
    } else if (kind === 1) {
      const begin = sames.start[variable] ?? 0;
      const count = (sames.start[variable + 1] ?? 0) - begin;
      if (count > 0) {
        const value = this.state.values[sames.peer[begin + this.random.below(count)] ?? 0] ?? -1;
        if (value >= 0 && this.allows(variable, value)) return value;
      }
    }
    return domain[this.random.below(domain.length)] ?? 0;
  }
}

const EMPTY = new Int32Array(0);
const NONE = new Uint8Array(0);

/** Whether a part of a list that ascends has a value. */
function includesBetween(list: Int32Array, begin: number, end: number, value: number): boolean {
  let low = begin;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low < end && list[low] === value;
}

/** Some of the roomiest values of a domain, the roomiest first. Room is a share, 0 to 1. */
function roomiest(domain: Int32Array, room: Float64Array): Int32Array {
  const bucketOf = (value: number): number => Math.floor(Math.max(0, room[value] ?? 0) * BUCKETS);
  const counts = new Int32Array(BUCKETS + 1);
  for (const value of domain) {
    const bucket = bucketOf(value);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  let least = BUCKETS;
  for (let found = counts[least] ?? 0; found < MOST_ROOMY && least > 0; found += counts[least] ?? 0)
    least -= 1;
  const kept: number[] = [];
  for (const value of domain) {
    if (bucketOf(value) >= least) kept.push(value);
    if (kept.length >= 2 * MOST_ROOMY) break;
  }
  return Int32Array.from(kept.sort((a, b) => (room[b] ?? 0) - (room[a] ?? 0) || a - b));
}
