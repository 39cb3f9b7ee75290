import { Disjoint } from '../../base/disjoint.js';
import { rangesOf } from './level-worth.js';
import type { Problem } from './problem.js';
import { Kind, slotAt } from './problem.js';
import type { Group, Level, TeamGroup, Term, TermGroup } from './bound-group.js';
import { GroupPairs } from './group-pairs.js';
import { packOf, packed } from './packed.js';
import { includes } from './sorted.js';
import { State } from './state.js';
import { Support } from './support.js';
import { TeamPlacer } from './team-places.js';
import { LARGEST_TEAM, Teams } from './teams.js';

/** Terms of more variables than this are bounded by themselves. */
const NEAR = 12;
/** Fixed ones among them count up to this. */
const MOST_READ = 64;
/** Groups of more variables than this are not gone through. */
const LARGEST_GROUP = 16;
/** Combinations of levels of balances that are looked at. */
const MOST_LEVELS = 200;

export interface Bound {
  readonly bound: number;
  /** Groups with values at which each is at its best by itself; -1 - k for a value k of those that it does not name. */
  readonly groups: readonly { readonly variables: readonly number[]; readonly values: Int32Array }[];
}

/** Steps that one group may take at a time, turn by turn. */
const STEPS_BY_TURN = [300, 5000, 200_000] as const;
/** Steps between two looks at the time. */
const LOOK = 128;

/** Sums of parts of coefficients may be off by less. */
const ROUNDED = 1e-6;

/**
 * An upper bound of the objective: each group of variables that terms tie together at its best by itself, on
 * what limits leave it where its cells name values and as if all else had room; the balances at each level
 * that they might have, with so much less room for the groups. Every part is a relaxation, so that an answer
 * that meets the bound is best.
 *
 * `steps` and `isOver` bound the work; groups that take more count with all that they might be worth.
 */
export function upperBound(
  problem: Problem,
  steps: number,
  known: number,
  isOver: () => boolean = () => false,
): Bound {
  const bounder = new Bounder(problem, steps, isOver);
  const bound = bounder.run(known);
  return { bound, groups: bounder.bestValues() };
}

class Bounder {
  private readonly state: State;
  private readonly groups: Group[] = [];
  private readonly levels: Level[] = [];
  private constant = 0;
  private stepsLeft: number;
  /** Room that must stay in each table. */
  private readonly kept: Float64Array;
  private readonly isChecked: readonly boolean[];
  private readonly teams: Teams;
  private readonly placer: TeamPlacer;

  constructor(
    private readonly problem: Problem,
    steps: number,
    private readonly isOver: () => boolean,
  ) {
    this.stepsLeft = steps;
    this.state = new State(problem);
    const { tables, items } = problem;
    this.state.placeFixed();
    this.kept = new Float64Array(tables.length);
    // Where something might give room back, or not count, a limit says nothing of one group alone.
    const checked = tables.map(() => true);
    items.demand.forEach((demand, i) => {
      if (demand < 0 || (items.presence[i] ?? -1) >= 0) checked[items.table[i] ?? 0] = false;
    });
    this.isChecked = checked;
    this.teams = new Teams(problem, (variable) =>
      this.isOpen(variable) ? -1 : (this.state.values[variable] ?? -1),
    );
    this.placer = new TeamPlacer(problem, this.state.loads, checked);
    this.split();
  }

  private isOpen(variable: number): boolean {
    const { domainOf, domains } = this.problem;
    return (domains[domainOf[variable] ?? 0]?.length ?? 0) > 1;
  }

  /** Takes the objective apart. */
  private split(): void {
    const { problem } = this;
    const { cells, levels, worth, universe, tables } = problem;
    const { low, high } = rangesOf(cells, universe, tables);
    const support = new Support(problem);
    const coefficients = new Map<number, number>();
    const levelIndex = new Map([...levels].map((cell, i) => [cell, i]));
    levels.forEach((cell, i) => {
      this.constant += (worth[i] ?? 0) * (cells.base[cell] ?? 0);
    });
    for (let cell = 0; cell < cells.kind.length; cell += 1) {
      for (let i = cells.readerStart[cell] ?? 0; i < (cells.readerStart[cell + 1] ?? 0); i += 1) {
        const level = levelIndex.get(cells.reader[i] ?? 0);
        if (level === undefined) continue;
        const by = (worth[level] ?? 0) * (cells.coefficient[i] ?? 0);
        coefficients.set(cell, (coefficients.get(cell) ?? 0) + by);
      }
    }
    const terms: Term[] = [];
    for (const [cell, coefficient] of coefficients) {
      if (coefficient === 0) continue;
      const most = Math.max(coefficient * (low[cell] ?? 0), coefficient * (high[cell] ?? 0));
      const table = cells.left[cell] ?? 0;
      if (cells.kind[cell] === Kind.balance && coefficient > 0 && this.isChecked[table] === true) {
        const top = this.topLevel(table);
        if (top !== Infinity) {
          this.levels.push({ table, worth: coefficient, top, base: cells.base[cell] ?? 0 });
          continue;
        }
      }
      const read = support.few(cell, MOST_READ);
      const variables = read?.filter((variable) => this.isOpen(variable)) ?? null;
      if (variables === null || variables.length > NEAR) this.constant += most;
      else if (variables.length === 0) this.constant += coefficient * (this.state.cell[cell] ?? 0);
      else {
        const isPair = cells.kind[cell] === Kind.same && coefficient > 0 && variables.length === 2;
        terms.push({ cell, coefficient, most, variables, isPair });
      }
    }
    for (const group of this.together(terms)) this.group(group);
  }

  /** The greatest level that the smallest room of a table can have. */
  private topLevel(at: number): number {
    const table = this.problem.tables[at];
    if (table === undefined) return Infinity;
    let [count, sum, least] = [0, 0, table.floor];
    for (let slot = 0; slot < table.slots; slot += 1) {
      if (table.limit[slot] === Infinity) continue;
      const room = this.state.loads.roomOf(at, slot);
      count += 1;
      sum += room;
      if (room < least) least = room;
    }
    if (least === Infinity || count === 0) return least;
    // All that must go somewhere takes room above the level.
    const { items } = this.problem;
    let demand = 0;
    items.demand.forEach((one, i) => {
      const variable = items.variable[i] ?? 0;
      if (items.table[i] === at && this.isOpen(variable) && this.isAlwaysCounted(variable, at)) demand += one;
    });
    const above = sum - count * least;
    return above >= demand ? least : least - Math.ceil((demand - above) / count);
  }

  /** True where all values of a variable have a limit in a table. */
  private isAlwaysCounted(variable: number, at: number): boolean {
    const { domainOf, domains, tables } = this.problem;
    const table = tables[at];
    const domain = domains[domainOf[variable] ?? 0];
    if (table === undefined || domain === undefined) return false;
    const id = `${domainOf[variable] ?? 0}/${at}`;
    let counted = this.counted.get(id);
    if (counted === undefined) {
      counted = domain.every((value) => {
        const slot = slotAt(table, value);
        return slot >= 0 && table.limit[slot] !== Infinity;
      });
      this.counted.set(id, counted);
    }
    return counted;
  }

  private readonly counted = new Map<string, boolean>();

  /** Terms of variables that terms tie together, or that want more of a value than it has. */
  private together(terms: readonly Term[]): Term[][] {
    const groups = new Disjoint();
    const read = new Set<number>();
    for (const { variables } of terms) {
      groups.join(variables);
      for (const variable of variables) read.add(variable);
    }
    const unlike = new Set(
      [...read].filter((one) => !this.teams.isPlain(one)).map((one) => groups.find(one)),
    );
    for (const [value, variables] of this.wanted(read)) {
      if (!this.isScarce(value, variables)) continue;
      const isTeam = !variables.some((one) => unlike.has(groups.find(one)));
      groups.join(variables, isTeam ? LARGEST_TEAM : LARGEST_GROUP);
    }
    const byRoot = new Map<number, Term[]>();
    for (const term of terms) {
      const at = groups.find(term.variables[0] ?? 0);
      const list = byRoot.get(at);
      if (list === undefined) byRoot.set(at, [term]);
      else list.push(term);
    }
    return [...byRoot.values()];
  }

  /** Those of some variables that name a value, by value. */
  private wanted(variables: ReadonlySet<number>): Map<number, number[]> {
    const { members, domainOf } = this.problem;
    const wanted = new Map<number, number[]>();
    for (let variable = 0; variable < domainOf.length; variable += 1) {
      if (!variables.has(variable)) continue;
      for (let i = members.start[variable] ?? 0; i < (members.start[variable + 1] ?? 0); i += 1) {
        const value = members.value[i] ?? 0;
        const list = wanted.get(value);
        if (list === undefined) wanted.set(value, [variable]);
        else if (list[list.length - 1] !== variable) list.push(variable);
      }
    }
    return wanted;
  }

  private isScarce(value: number, variables: readonly number[]): boolean {
    const { items, tables } = this.problem;
    const asked = new Map<number, number>();
    for (const variable of variables) {
      for (let i = items.start[variable] ?? 0; i < (items.start[variable + 1] ?? 0); i += 1) {
        const table = items.table[i] ?? 0;
        asked.set(table, (asked.get(table) ?? 0) + (items.demand[i] ?? 0));
      }
    }
    return [...asked].some(([at, demand]) => {
      const table = tables[at];
      if (table?.hard !== true || this.isChecked[at] !== true) return false;
      const slot = slotAt(table, value);
      return slot >= 0 && demand > this.state.loads.roomOf(at, slot);
    });
  }

  private group(terms: readonly Term[]): void {
    const variables = [...new Set(terms.flatMap(({ variables: own }) => [...own]))];
    const total = terms.reduce((sum, { most }) => sum + most, 0);
    const team = this.teams.of(Int32Array.from(variables));
    if (team !== null) {
      this.groups.push({
        kind: 'team',
        variables,
        team,
        elsewhere: this.othersOf(variables, new Set(team.named)).length,
        best: total,
        values: null,
      });
      return;
    }
    const values = variables.length > LARGEST_GROUP ? null : this.valuesOf(variables);
    if (values === null) {
      this.constant += total;
      return;
    }
    const size = new Map(variables.map((variable) => [variable, this.demandOf(variable)]));
    variables.sort((a, b) => (size.get(a) ?? 0) - (size.get(b) ?? 0) || a - b);
    const place = new Map(variables.map((variable, i) => [variable, i]));
    const byLast: Term[][] = variables.map(() => []);
    for (const term of terms) {
      let last = 0;
      for (const variable of term.variables) last = Math.max(last, place.get(variable) ?? 0);
      byLast[last]?.push(term);
    }
    const rest = new Float64Array(variables.length + 1);
    const gain = new Float64Array(variables.length);
    const plain = this.plainOf(variables, byLast, values.others);
    for (let i = variables.length - 1; i >= 0; i -= 1) {
      rest[i] = rest[i + 1] ?? 0;
      for (const term of byLast[i] ?? []) {
        const { variables: own, most } = term;
        if (own.length > 1) {
          if (!term.isPair) rest[i] = (rest[i] ?? 0) + most;
        } else gain[i] = (gain[i] ?? 0) + most;
      }
      gain[i] = (gain[i] ?? 0) - (plain[i] ?? 0);
    }
    this.groups.push({
      kind: 'terms',
      variables,
      terms: byLast,
      rest,
      plain,
      gain,
      packs: this.packsOf(variables, gain, values),
      pairs: this.pairsOf(variables, byLast, values),
      named: values.named,
      others: values.others,
      best: total,
      values: null,
    });
  }

  /** What the own terms of variables are worth away from all named values; 0 where there are no others. */
  private plainOf(
    variables: readonly number[],
    terms: readonly (readonly Term[])[],
    [other]: readonly number[],
  ): Float64Array {
    const plain = new Float64Array(variables.length);
    if (other === undefined) return plain;
    variables.forEach((variable, i) => {
      this.state.give(variable, other);
      for (const { variables: own, cell, coefficient } of terms[i] ?? []) {
        if (own.length === 1) plain[i] = (plain[i] ?? 0) + coefficient * (this.state.cell[cell] ?? 0);
      }
      this.state.give(variable, -1);
    });
    return plain;
  }

  private pairsOf(
    variables: readonly number[],
    terms: readonly (readonly Term[])[],
    { named, others }: { readonly named: readonly number[]; readonly others: readonly number[] },
  ): GroupPairs {
    const spots = [...named, ...others];
    const own = new Float64Array(variables.length * spots.length);
    variables.forEach((variable, place) => {
      spots.forEach((value, spot) => {
        if (spot > named.length) {
          own[place * spots.length + spot] = own[place * spots.length + named.length] ?? 0;
          return;
        }
        this.state.give(variable, value);
        for (const { variables: read, cell, coefficient } of terms[place] ?? []) {
          if (read.length > 1) continue;
          const at = place * spots.length + spot;
          own[at] = (own[at] ?? 0) + coefficient * (this.state.cell[cell] ?? 0);
        }
      });
      this.state.give(variable, -1);
    });
    const placeOf = new Map(variables.map((variable, place) => [variable, place]));
    const pairs = terms
      .flat()
      .flatMap(({ isPair, variables: [a = 0, b = 0], most }) =>
        isPair ? [{ a: placeOf.get(a) ?? 0, b: placeOf.get(b) ?? 0, gain: most }] : [],
      );
    return new GroupPairs(variables.length, spots.length, own, pairs);
  }

  private packsOf(
    variables: readonly number[],
    gain: Float64Array,
    { named, others }: { readonly named: readonly number[]; readonly others: readonly number[] },
  ): TermGroup['packs'] {
    const all = new Set(named);
    // Where no value stands for the rest there is nothing to gain more than.
    const gainful = (place: number): ReadonlySet<number> =>
      others.length === 0 ? all : this.namedBy(variables[place] ?? 0, all);
    const { items, tables } = this.problem;
    const byTable = new Map<number, { place: number; demand: number }[]>();
    variables.forEach((variable, place) => {
      let table = -1;
      let most = 0;
      let asked = 0;
      for (let i = items.start[variable] ?? 0; i < (items.start[variable + 1] ?? 0); i += 1) {
        const at = items.table[i] ?? 0;
        const demand = items.demand[i] ?? 0;
        const share = demand * (tables[at]?.scale ?? 1);
        if (tables[at]?.hard !== true || this.isChecked[at] !== true || share <= most) continue;
        [table, most, asked] = [at, share, demand];
      }
      const list = byTable.get(table);
      if (list === undefined) byTable.set(table, [{ place, demand: asked }]);
      else list.push({ place, demand: asked });
    });
    return [...byTable].map(([table, list]) => {
      const worth = ({ place, demand }: { place: number; demand: number }): number =>
        (gain[place] ?? 0) / Math.max(demand, 1);
      list.sort((a, b) => worth(b) - worth(a) || a.place - b.place);
      return packOf(table, list, named, gainful);
    });
  }

  /** Those of some values that cells of one variable tell from others. */
  private namedBy(variable: number, among: ReadonlySet<number>): ReadonlySet<number> {
    const { members, sames } = this.problem;
    const values = new Set<number>();
    for (let i = members.start[variable] ?? 0; i < (members.start[variable + 1] ?? 0); i += 1)
      values.add(members.value[i] ?? 0);
    for (let i = sames.start[variable] ?? 0; i < (sames.start[variable + 1] ?? 0); i += 1) {
      const peer = sames.peer[i] ?? 0;
      if (!this.isOpen(peer)) values.add(this.state.values[peer] ?? -1);
    }
    return new Set([...values].filter((value) => among.has(value)).sort((a, b) => a - b));
  }

  /** What the terms of a group that wait for variables from a place on are worth at most. */
  private restOf(group: TermGroup, depth: number): number {
    const { rest, pairs } = group;
    const apart = packed(group, depth, this.state, this.kept) + pairs.pairsFrom(depth);
    return (rest[depth] ?? 0) + Math.min(apart, pairs.atMost(depth));
  }

  private demandOf(variable: number): number {
    const { items, tables } = this.problem;
    let sum = 0;
    for (let i = items.start[variable] ?? 0; i < (items.start[variable + 1] ?? 0); i += 1) {
      sum += (items.demand[i] ?? 0) * (tables[items.table[i] ?? 0]?.scale ?? 1);
    }
    return sum;
  }

  /** Values that matter to a group and some for all the rest; null where its cells tell too many values apart. */
  private valuesOf(
    variables: readonly number[],
  ): { named: readonly number[]; others: readonly number[] } | null {
    const { members, sames, domains, domainOf } = this.problem;
    const all = new Set<number>();
    for (const variable of variables) {
      if ((sames.valueCell[variable] ?? -1) >= 0) return null;
      if ((members.longStart[variable + 1] ?? 0) > (members.longStart[variable] ?? 0)) return null;
      for (let i = sames.start[variable] ?? 0; i < (sames.start[variable + 1] ?? 0); i += 1) {
        if ((sames.ownMap[i] ?? -1) >= 0 || (sames.peerMap[i] ?? -1) >= 0) return null;
        const peer = sames.peer[i] ?? 0;
        if (!this.isOpen(peer)) all.add(this.state.values[peer] ?? -1);
      }
      for (let i = members.start[variable] ?? 0; i < (members.start[variable + 1] ?? 0); i += 1) {
        all.add(members.value[i] ?? 0);
      }
    }
    const [first = 0] = variables;
    if (variables.some((variable) => domainOf[variable] !== domainOf[first])) return null;
    const domain = domains[domainOf[first] ?? 0] ?? new Int32Array(0);
    const named = [...all].filter((value) => includes(domain, value)).sort((a, b) => a - b);
    return { named, others: this.othersOf(variables, all) };
  }

  /** Values of the domain that are not named, one per variable at most. */
  private othersOf(variables: readonly number[], named: ReadonlySet<number>): number[] {
    const { domains, domainOf } = this.problem;
    const others: number[] = [];
    for (const value of domains[domainOf[variables[0] ?? 0] ?? 0] ?? []) {
      if (others.length >= variables.length) break;
      if (!named.has(value)) others.push(value);
    }
    return others;
  }

  run(known: number): number {
    const { levels, kept } = this;
    kept.fill(-Infinity);
    const free = this.bestOfGroups(true);
    if (levels.length === 0) return this.constant + free;
    // Combinations of levels, the most valuable first.
    const worthOf = (steps: readonly number[]): number =>
      levels.reduce((sum, { worth, top, base }, i) => sum + worth * (top - (steps[i] ?? 0) + base), 0);
    const open: { readonly steps: readonly number[]; readonly worth: number }[] = [];
    const seen = new Set<string>();
    const add = (steps: readonly number[]): void => {
      const id = steps.join(',');
      if (seen.has(id)) return;
      seen.add(id);
      open.push({ steps, worth: worthOf(steps) });
    };
    add(levels.map(() => 0));
    let most = -Infinity;
    for (let looked = 0; true; looked += 1) {
      let at = 0;
      open.forEach(({ worth }, i) => {
        if (worth > (open[at]?.worth ?? 0)) at = i;
      });
      const [next] = open.splice(at, 1);
      if (next === undefined) return this.constant + most;
      const atMost = next.worth + free;
      // Nothing that is left is worth more than what is known to be reached, or to be possible.
      if (atMost <= Math.max(most, known - this.constant)) return this.constant + Math.max(most, atMost);
      if (looked >= MOST_LEVELS || this.stepsLeft <= 0) return this.constant + Math.max(most, atMost);
      kept.fill(-Infinity);
      levels.forEach(({ table, top }, i) => {
        kept[table] = top - (next.steps[i] ?? 0);
      });
      most = Math.max(most, next.worth + this.bestOfGroups());
      levels.forEach((_level, i) => add(next.steps.map((step, k) => (k === i ? step + 1 : step))));
    }
  }

  bestValues(): Bound['groups'] {
    return this.groups.flatMap(({ variables, values }) => (values === null ? [] : [{ variables, values }]));
  }

  private bestOfGroups(isFree = false): number {
    const found = this.groups.map(() => ({ best: Infinity, isProved: false }));
    // Most groups take few steps; those that take many wait until all others are done.
    for (const steps of STEPS_BY_TURN) {
      this.groups.forEach((group, i) => {
        if (found[i]?.isProved !== true) found[i] = this.bestOf(group, isFree, steps);
      });
    }
    let total = 0;
    this.groups.forEach((group, i) => {
      const best = found[i]?.best ?? Infinity;
      if (isFree) group.best = best;
      total += best;
    });
    return total;
  }

  /** The most that a group's terms can be worth together, by depth-first branch and bound. */
  private bestOf(group: Group, isFree: boolean, steps: number): { best: number; isProved: boolean } {
    return group.kind === 'team'
      ? this.bestOfTeam(group, isFree, steps)
      : this.bestOfTerms(group, isFree, steps);
  }

  private bestOfTeam(group: TeamGroup, isFree: boolean, steps: number): { best: number; isProved: boolean } {
    const { placer, kept } = this;
    const { team, elsewhere } = group;
    if (this.stepsLeft <= 0) return { best: group.best, isProved: false };
    const values = [...team.named];
    placer.place(team, { values, elsewhere, least: kept, steps: Math.min(steps, this.stepsLeft) });
    const before = Math.floor(this.stepsLeft / LOOK);
    this.stepsLeft -= placer.taken + 1;
    if (Math.floor(this.stepsLeft / LOOK) < before && this.isOver()) this.stepsLeft = 0;
    if (isFree && placer.worth > -Infinity) {
      group.values = Int32Array.from(group.variables, (_variable, member) => {
        const spot = placer.chosen[member] ?? 0;
        return values[spot] ?? values.length - spot - 1;
      });
    }
    const best = Math.min(group.best, placer.bound);
    return { best, isProved: placer.worth >= best - ROUNDED };
  }

  private bestOfTerms(group: TermGroup, isFree: boolean, steps: number): { best: number; isProved: boolean } {
    const { variables, terms, pairs, named, others } = group;
    const { state } = this;
    // With less room it is worth no more than with all.
    const all = Math.min(group.best, this.restOf(group, 0));
    const chosen = new Int32Array(variables.length);
    let best = -Infinity;
    const visit = (depth: number, worth: number, used: number): void => {
      if (depth === variables.length) {
        if (worth <= best) return;
        best = worth;
        if (isFree) group.values = chosen.slice();
        return;
      }
      const variable = variables[depth] ?? 0;
      const fresh = Math.min(others.length, used + 1);
      for (let i = 0; i < named.length + fresh; i += 1) {
        if (this.stepsLeft <= 0 || best >= all - ROUNDED) return;
        this.stepsLeft -= 1;
        if (this.stepsLeft % LOOK === 0 && this.isOver()) this.stepsLeft = 0;
        const isNamed = i < named.length;
        const value = isNamed ? (named[i] ?? 0) : (others[i - named.length] ?? 0);
        this.state.give(variable, value);
        chosen[depth] = isNamed ? value : -1;
        if (!isNamed || this.fits(variable, value)) {
          let sum = worth;
          for (const { cell, coefficient } of terms[depth] ?? [])
            sum += coefficient * (state.cell[cell] ?? 0);
          pairs.put(depth, i, 1);
          if (sum + this.restOf(group, depth + 1) > best + ROUNDED) {
            visit(depth + 1, sum, Math.max(used, isNamed ? 0 : i - named.length + 1));
          }
          pairs.put(depth, i, -1);
        }
        this.state.give(variable, -1);
      }
    };
    for (const value of [...named, ...others.slice(0, 1)]) {
      const worth = this.onePlace(group, value, chosen);
      if (worth <= best) continue;
      best = worth;
      if (isFree) group.values = chosen.slice();
    }
    const given = this.stepsLeft;
    this.stepsLeft = Math.min(given, steps);
    const before = this.stepsLeft;
    visit(0, 0, 0);
    const isOpen = this.stepsLeft <= 0;
    this.stepsLeft = given - (before - this.stepsLeft);
    return { best: isOpen ? all : best, isProved: !isOpen };
  }

  /** What a group is worth with all of it that fits at one value and the rest at another; a first answer to beat. */
  private onePlace({ variables, terms, others }: TermGroup, value: number, chosen: Int32Array): number {
    let worth = 0;
    let depth = 0;
    for (; depth < variables.length; depth += 1) {
      const variable = variables[depth] ?? 0;
      this.stepsLeft -= 1;
      this.state.give(variable, value);
      chosen[depth] = value === others[0] ? -1 : value;
      if (value !== others[0] && !this.fits(variable, value)) {
        if (others[0] === undefined) break;
        this.state.give(variable, others[0]);
        chosen[depth] = -1;
      }
      for (const { cell, coefficient } of terms[depth] ?? [])
        worth += coefficient * (this.state.cell[cell] ?? 0);
    }
    const isWhole = depth === variables.length;
    for (let i = Math.min(depth, variables.length - 1); i >= 0; i -= 1)
      this.state.give(variables[i] ?? 0, -1);
    return isWhole ? worth : -Infinity;
  }

  /** Whether what a variable counts at a value is within the limits that hold for its group alone. */
  private fits(variable: number, value: number): boolean {
    const { items, tables } = this.problem;
    for (let i = items.start[variable] ?? 0; i < (items.start[variable + 1] ?? 0); i += 1) {
      const at = items.table[i] ?? 0;
      const table = tables[at];
      if (table === undefined || this.isChecked[at] !== true) continue;
      const slot = slotAt(table, value);
      if (slot < 0) continue;
      const room = this.state.loads.roomOf(at, slot);
      const kept = this.kept[at] ?? -Infinity;
      if (table.hard && room < 0) return false;
      if (room < kept) return false;
    }
    return true;
  }
}
