import type { Company } from './company.js';
import { companyOf } from './company.js';
import type { Problem } from './problem.js';
import { demandOf } from './problem.js';
import { includes } from './sorted.js';
import { byKey } from './starts.js';

/** Members of a team, and values that it tells from others, at most. */
export const LARGEST_TEAM = 32;
const MOST_NAMED = 48;

/**
 * Variables of which the objective knows no more than what each is worth at some values by itself, what two of
 * them gain at the same value, and what one gains that is not alone. Limits of tables hold for it besides.
 */
export interface Team {
  readonly variables: Int32Array;
  /** Values at which some member is worth something else than anywhere else, ascending. */
  readonly named: Int32Array;
  /** What member m is worth at each of `named`, at `m * named.length`, -Infinity where it may not go; 0 anywhere else. */
  readonly own: Float64Array;
  /** What members m and k gain together, at `m * variables.length + k`. */
  readonly pairs: Float64Array;
  /** By member where those end that gain together with it; they stand together, those with least demand first. */
  readonly endOf: Int32Array;
  /**
   * At `m * variables.length + k` half of what member m, or one after it that gains together with it, gains at most beside
   * k others.
   */
  readonly beside: Float64Array;
  /** By member what it gains where any other of those that gain together with it has the same value. */
  readonly company: Float64Array;
  /** True where members have different domains. */
  readonly isMixed: boolean;
}

/** Tells which variables are a team. */
export class Teams {
  /** What a unit of each cell adds to the objective by itself. */
  readonly weight: Float64Array;
  /** Who gains by not being alone. */
  readonly company: Company;
  /** 1 where the objective follows from a cell otherwise than by levels themselves and by what tells of company. */
  private readonly isRead: Uint8Array;
  /** 1 where a cell must not be true. */
  private readonly isBarred: Uint8Array;
  /** 1 where a comparison says who is in company. */
  private readonly isAsked: Uint8Array;
  /** Of the variables that are looked at which member each is, -1 for any other. */
  private readonly memberOf: Int32Array;
  /** And the first of those that gain together with it, and what it asks for. */
  private readonly setOf: Int32Array;
  private readonly size: Float64Array;

  constructor(
    private readonly problem: Problem,
    /** Value of a variable without a choice, -1 for one with. */
    private readonly fixed: (variable: number) => number,
  ) {
    const { cells, levels, worth } = problem;
    const count = cells.kind.length;
    this.memberOf = new Int32Array(problem.domainOf.length).fill(-1);
    this.setOf = new Int32Array(problem.domainOf.length);
    this.size = new Float64Array(problem.domainOf.length);
    this.weight = new Float64Array(count);
    this.isRead = new Uint8Array(count);
    const levelOf = new Int32Array(count).fill(-1);
    levels.forEach((cell, i) => {
      levelOf[cell] = i;
    });
    const readers = (cell: number): Int32Array =>
      cells.reader.subarray(cells.readerStart[cell] ?? 0, cells.readerStart[cell + 1] ?? 0);
    for (let cell = 0; cell < count; cell += 1) {
      readers(cell).forEach((reader, i) => {
        const level = levelOf[reader] ?? -1;
        const by = cells.coefficient[(cells.readerStart[cell] ?? 0) + i] ?? 0;
        if (level >= 0) this.weight[cell] = (this.weight[cell] ?? 0) + (worth[level] ?? 0) * by;
      });
    }
    this.company = companyOf(problem, this.weight);
    this.isAsked = new Uint8Array(count);
    const leads = new Uint8Array(count);
    // Cells read cells of lower rank only.
    const { order } = byKey(1 + cells.rank.reduce((most, rank) => Math.max(most, rank), 0), cells.rank);
    for (let i = count - 1; i >= 0; i -= 1) {
      const cell = order[i] ?? 0;
      for (const reader of readers(cell)) {
        const isLevel = (levelOf[reader] ?? -1) >= 0;
        if (isLevel || leads[reader] === 1) leads[cell] = 1;
        if (isLevel || leads[reader] === 0) continue;
        if (this.company.isTold[reader] === 1) this.isAsked[cell] = 1;
        else this.isRead[cell] = 1;
      }
    }
    this.isBarred = new Uint8Array(count);
    problem.hard.forEach((cell, i) => {
      if (problem.wanted[i] === 0) this.isBarred[cell] = 1;
    });
  }

  /** What a cell of one variable is worth where it holds; -Infinity where it must not. */
  private worthOf(cell: number): number {
    return this.isBarred[cell] === 1 ? -Infinity : (this.weight[cell] ?? 0);
  }

  /** True where variables are tied by a comparison as members of a team are. */
  private ties(cell: number): boolean {
    return this.weight[cell] !== 0 || this.isAsked[cell] === 1;
  }

  /** True where the objective reads a variable alone or beside single others, as members of teams are read. */
  isPlain(variable: number): boolean {
    const { members, sames } = this.problem;
    if ((sames.valueCell[variable] ?? -1) >= 0) return false;
    if ((members.longStart[variable + 1] ?? 0) > (members.longStart[variable] ?? 0)) return false;
    for (let i = members.start[variable] ?? 0; i < (members.start[variable + 1] ?? 0); i += 1)
      if (this.isRead[members.cell[i] ?? 0] === 1) return false;
    for (let i = sames.start[variable] ?? 0; i < (sames.start[variable + 1] ?? 0); i += 1) {
      if (this.isRead[sames.cell[i] ?? 0] === 1) return false;
      if ((sames.ownMap[i] ?? -1) >= 0 || (sames.peerMap[i] ?? -1) >= 0) return false;
    }
    return true;
  }

  /** These variables, in any order, as a team; null where they are none, or not the whole of one. */
  of(some: Int32Array): Team | null {
    if (some.length > LARGEST_TEAM) return null;
    some.forEach((variable, member) => {
      this.memberOf[variable] = member;
    });
    const named = this.namedBy(some);
    const team = named === null ? null : this.measured(some, named);
    for (const variable of some) this.memberOf[variable] = -1;
    return team;
  }

  /** Values that members tell from others, ascending; null where these are no team. */
  private namedBy(some: Int32Array): Int32Array | null {
    const { members, sames } = this.problem;
    const values = new Set<number>();
    for (const variable of some) {
      if (!this.isPlain(variable)) return null;
      for (let i = members.start[variable] ?? 0; i < (members.start[variable + 1] ?? 0); i += 1)
        if (this.weight[members.cell[i] ?? 0] !== 0) values.add(members.value[i] ?? 0);
      for (let i = sames.start[variable] ?? 0; i < (sames.start[variable + 1] ?? 0); i += 1) {
        const peer = sames.peer[i] ?? 0;
        const value = this.fixed(peer);
        const cell = sames.cell[i] ?? 0;
        if (value >= 0) {
          if (this.isAsked[cell] === 1) return null;
          if (this.weight[cell] !== 0) values.add(value);
        } else if ((this.memberOf[peer] ?? -1) < 0 && this.ties(cell)) return null;
      }
    }
    if (values.size > MOST_NAMED) return null;
    const isAllowed = (value: number): boolean =>
      some.some((variable) => mayTake(this.problem, variable, value));
    return Int32Array.from([...values].filter(isAllowed)).sort();
  }

  /** The team; null where what tells of company asks for some of those alone that gain together. */
  private measured(some: Int32Array, named: Int32Array): Team | null {
    const { members, sames } = this.problem;
    const count = some.length;
    const variables = this.ordered(some);
    variables.forEach((variable, member) => {
      this.memberOf[variable] = member;
    });
    const own = new Float64Array(count * named.length);
    const pairs = new Float64Array(count * count);
    const add = (member: number, value: number, by: number): void => {
      const at = named.indexOf(value);
      if (at >= 0) own[member * named.length + at] = (own[member * named.length + at] ?? 0) + by;
    };
    for (let member = 0; member < count; member += 1) {
      const variable = variables[member] ?? 0;
      for (let i = members.start[variable] ?? 0; i < (members.start[variable + 1] ?? 0); i += 1)
        add(member, members.value[i] ?? 0, this.worthOf(members.cell[i] ?? 0));
      for (let i = sames.start[variable] ?? 0; i < (sames.start[variable + 1] ?? 0); i += 1) {
        const cell = sames.cell[i] ?? 0;
        const other = this.memberOf[sames.peer[i] ?? 0] ?? -1;
        if (other < 0) add(member, this.fixed(sames.peer[i] ?? 0), this.worthOf(cell));
        else if (other !== member)
          pairs[member * count + other] = (pairs[member * count + other] ?? 0) + (this.weight[cell] ?? 0);
      }
    }
    const { domainOf } = this.problem;
    const isMixed = variables.some((variable) => domainOf[variable] !== domainOf[variables[0] ?? 0]);
    if (isMixed) {
      variables.forEach((variable, member) => {
        named.forEach((value, at) => {
          if (!mayTake(this.problem, variable, value)) own[member * named.length + at] = -Infinity;
        });
      });
    }
    const endOf = this.endsOf(variables);
    const company = Float64Array.from(variables, (variable) => this.company.gain[variable] ?? 0);
    for (let from = 0; from < count; from = endOf[from] ?? count) {
      const others = (endOf[from] ?? count) - from - 1;
      for (let member = from; member <= from + others; member += 1)
        if (company[member] !== 0 && this.company.others[variables[member] ?? 0] !== others) return null;
    }
    return { variables, named, own, pairs, endOf, beside: besideOf(pairs, endOf), company, isMixed };
  }

  /** Members that gain together next to each other, those with least demand first. */
  private ordered(some: Int32Array): Int32Array {
    const { sames } = this.problem;
    const { setOf } = this;
    for (const variable of some) setOf[variable] = -1;
    const open: number[] = [];
    for (const first of some) {
      if (setOf[first] !== -1) continue;
      setOf[first] = first;
      open.push(first);
      for (let variable = open.pop(); variable !== undefined; variable = open.pop()) {
        for (let i = sames.start[variable] ?? 0; i < (sames.start[variable + 1] ?? 0); i += 1) {
          const peer = sames.peer[i] ?? 0;
          if ((this.memberOf[peer] ?? -1) < 0 || setOf[peer] !== -1) continue;
          if (!this.ties(sames.cell[i] ?? 0)) continue;
          setOf[peer] = first;
          open.push(peer);
        }
      }
    }
    for (const variable of some) this.size[variable] = demandOf(this.problem, variable);
    return some
      .slice()
      .sort(
        (a, b) => (setOf[a] ?? 0) - (setOf[b] ?? 0) || (this.size[a] ?? 0) - (this.size[b] ?? 0) || a - b,
      );
  }

  private endsOf(variables: Int32Array): Int32Array {
    const count = variables.length;
    const endOf = new Int32Array(count).fill(count);
    for (let member = count - 2; member >= 0; member -= 1) {
      const isLast = this.setOf[variables[member] ?? 0] !== this.setOf[variables[member + 1] ?? 0];
      endOf[member] = isLast ? member + 1 : (endOf[member + 1] ?? 0);
    }
    return endOf;
  }
}

function besideOf(pairs: Float64Array, endOf: Int32Array): Float64Array {
  const count = endOf.length;
  const beside = new Float64Array(count * count);
  for (let member = count - 1; member >= 0; member -= 1) {
    const gains = pairs.slice(member * count, (member + 1) * count).sort();
    let sum = 0;
    for (let others = 1; others < count; others += 1) {
      const at = member * count + others;
      sum += Math.max(0, gains[count - others] ?? 0) / 2;
      beside[at] = member + 1 < (endOf[member] ?? 0) ? Math.max(sum, beside[at + count] ?? 0) : sum;
    }
  }
  return beside;
}

/** Whether a value is in the domain of a variable. */
export function mayTake({ domains, domainOf }: Problem, variable: number, value: number): boolean {
  return includes(domains[domainOf[variable] ?? 0], value);
}

/** Values of the domains of some variables that are not named, in the order of the domains, `most` at most. */
export function valuesElsewhere(
  { domains, domainOf }: Problem,
  variables: ArrayLike<number>,
  named: ReadonlySet<number>,
  most: number,
): number[] {
  const others = new Set<number>();
  for (const at of new Set(Array.from(variables, (variable) => domainOf[variable] ?? 0))) {
    for (const value of domains[at] ?? []) {
      if (others.size >= most) return [...others];
      if (!named.has(value)) others.add(value);
    }
  }
  return [...others];
}
