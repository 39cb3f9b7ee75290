import { Disjoint } from '../../base/disjoint.js';
import { rangesOf } from './level-worth.js';
import type { Problem } from './problem.js';
import { Kind, slotAt } from './problem.js';
import type { Group, Level, TeamGroup, Term } from './bound-group.js';
import { BoundSteps } from './bound-steps.js';
import { State } from './state.js';
import { Support } from './support.js';
import { TeamPlacer } from './team-places.js';
import { LARGEST_TEAM, Teams, valuesElsewhere } from './teams.js';
import { LARGEST_GROUP, TermGroups } from './term-groups.js';

/** Terms of more variables than this are bounded by themselves. */
const NEAR = 12;
/** Fixed ones among them count up to this. */
const MOST_READ = 64;
/** Values that a team does not name are told apart up to so many. */
const TOLD_APART = 8;
/** Boxes of levels of balances that are looked at. */
const MOST_BOXES = 200;
/** No level is lost by more, as far as where to cut is concerned. */
const LARGEST_LOSS = 2 ** 40;

export interface Bound {
  readonly bound: number;
  /** Groups with values at which each is at its best by itself; -1 - k for a value k of those that it does not name. */
  readonly groups: readonly { readonly variables: readonly number[]; readonly values: Int32Array }[];
}

/** Steps that one group may take at a time, turn by turn. */
const STEPS_BY_TURN = [300, 5000, 200_000] as const;
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
  private readonly steps: BoundSteps;
  private readonly termGroups: TermGroups;
  /** Room that must stay in each table. */
  private readonly kept: Float64Array;
  private readonly isChecked: readonly boolean[];
  private readonly teams: Teams;
  private readonly placer: TeamPlacer;

  constructor(
    private readonly problem: Problem,
    steps: number,
    isOver: () => boolean,
  ) {
    this.steps = new BoundSteps(steps, isOver);
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
    this.termGroups = new TermGroups(problem, this.state, checked, this.kept, this.steps, (variable) =>
      this.isOpen(variable),
    );
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
    levels.forEach((cell, i) => {
      this.constant += (worth[i] ?? 0) * (cells.base[cell] ?? 0);
    });
    const terms: Term[] = [];
    for (const [cell, coefficient] of this.teams.weight.entries()) {
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
      const isNear =
        variables !== null && (variables.length <= NEAR || this.teams.company.isTold[cell] === 1);
      if (variables === null || !isNear) this.constant += most;
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
      const named = [...team.named];
      const others = valuesElsewhere(this.problem, variables, new Set(named), TOLD_APART + 1);
      const isTold = others.length <= TOLD_APART;
      this.groups.push({
        kind: 'team',
        variables: [...team.variables],
        team,
        spots: isTold ? [...named, ...others] : named,
        elsewhere: isTold ? 0 : variables.length,
        best: total,
        values: null,
        left: null,
      });
      return;
    }
    const group = this.termGroups.of(variables, terms, total);
    if (group === null) this.constant += total;
    else this.groups.push(group);
  }

  /**
   * Best first over boxes of levels: a box is worth its highest levels and what the groups are worth with the room that its
   * lowest ones keep. It is cut where the groups, at their best in it, leave less than its highest level.
   */
  run(known: number): number {
    const { levels } = this;
    const all = this.boxOf(
      levels.map(() => -Infinity),
      levels.map(({ top }) => top),
      true,
    );
    const open = [all];
    for (let looked = 0; true; looked += 1) {
      let at = 0;
      open.forEach(({ worth }, i) => {
        if (worth > (open[at]?.worth ?? 0)) at = i;
      });
      const [box = all] = open.splice(at, 1);
      const cut = this.cutOf(box);
      // Nothing that is left is worth more than what is known to be reached, or to be possible.
      if (cut === null || box.worth <= known - this.constant || looked >= MOST_BOXES || this.steps.isOver)
        return this.constant + box.worth;
      const { level, to } = cut;
      const highest = box.highest.map((one, i) => (i === level ? to : one));
      open.push({ ...box, highest, worth: this.worthOf(highest) + box.gain });
      const lowest = box.lowest.map((one, i) => (i === level ? to + 1 : one));
      open.push(this.boxOf(lowest, box.highest, false));
    }
  }

  private worthOf(reached: readonly number[]): number {
    return this.levels.reduce((sum, { worth, base }, i) => sum + worth * ((reached[i] ?? 0) + base), 0);
  }

  private boxOf(lowest: readonly number[], highest: readonly number[], isFree: boolean): Box {
    const { levels, kept } = this;
    kept.fill(-Infinity);
    levels.forEach(({ table }, i) => {
      kept[table] = lowest[i] ?? -Infinity;
    });
    const { gain, left } = this.bestOfGroups(isFree);
    return { lowest, highest, gain, left, worth: this.worthOf(highest) + gain };
  }

  /** The level at which the groups lose most by what they leave in a box, and up to where it is theirs; null where they lose nothing. */
  private cutOf({ lowest, highest, left }: Box): { readonly level: number; readonly to: number } | null {
    let level = -1;
    let most = 0;
    this.levels.forEach(({ table, worth }, i) => {
      const lost = worth * Math.min(LARGEST_LOSS, (highest[i] ?? 0) - (left[table] ?? 0));
      if (lost > most && (highest[i] ?? 0) > (lowest[i] ?? 0)) [level, most] = [i, lost];
    });
    if (level < 0) return null;
    const { table } = this.levels[level] ?? { table: 0 };
    const to = Math.floor(Math.min((highest[level] ?? 0) - 1, left[table] ?? 0));
    return { level, to: to > -Infinity ? Math.max(to, lowest[level] ?? 0) : (highest[level] ?? 0) - 1 };
  }

  bestValues(): Bound['groups'] {
    return this.groups.flatMap(({ variables, values }) => (values === null ? [] : [{ variables, values }]));
  }

  /** What the groups are worth at most with the room that is kept, and by table the least that they leave where they are. */
  private bestOfGroups(isFree: boolean): { readonly gain: number; readonly left: Float64Array } {
    const unknown: Best = { best: Infinity, isProved: false, left: null };
    const found = this.groups.map(() => unknown);
    // Most groups take few steps; those that take many wait until all others are done.
    for (const steps of STEPS_BY_TURN) {
      this.groups.forEach((group, i) => {
        if (found[i]?.isProved !== true) found[i] = this.bestOf(group, isFree, steps);
      });
    }
    const left = new Float64Array(this.problem.tables.length).fill(Infinity);
    let gain = 0;
    this.groups.forEach((group, i) => {
      const { best, left: own } = found[i] ?? unknown;
      if (isFree) group.best = best;
      gain += best;
      for (let table = 0; table < left.length; table += 1)
        left[table] = Math.min(left[table] ?? Infinity, own === null ? -Infinity : (own[table] ?? Infinity));
    });
    return { gain, left };
  }

  private bestOf(group: Group, isFree: boolean, most: number): Best {
    if (group.kind === 'team') return this.bestOfTeam(group, isFree, most);
    return { ...this.termGroups.bestOf(group, isFree, most), left: null };
  }

  private bestOfTeam(group: TeamGroup, isFree: boolean, most: number): Best {
    const { placer, kept, steps } = this;
    const { team, spots, elsewhere, left } = group;
    // What it leaves where it is at its best is enough.
    if (left?.every((room, table) => room >= (kept[table] ?? 0)) === true)
      return { best: group.best, isProved: true, left };
    if (steps.isOver) return { best: group.best, isProved: false, left: null };
    placer.place(team, {
      values: spots,
      elsewhere,
      least: kept,
      steps: steps.atMost(most),
      isOver: () => steps.look(),
    });
    steps.spend(placer.taken + 1);
    const best = Math.min(group.best, placer.bound);
    const isProved = placer.worth >= best - ROUNDED;
    if (placer.worth === -Infinity) return { best, isProved, left: null };
    const leaves = placer.roomLeft(team, spots);
    if (isFree) {
      group.values = Int32Array.from(group.variables, (_variable, member) => {
        const spot = placer.chosen[member] ?? 0;
        return spots[spot] ?? spots.length - spot - 1;
      });
      if (isProved) group.left = leaves;
    }
    return { best, isProved, left: leaves };
  }
}

/** The most that a group is worth; `left` is by table the least room at the values where it is, null where that is not known. */
interface Best {
  readonly best: number;
  readonly isProved: boolean;
  readonly left: Float64Array | null;
}

/** Levels from the lowest to the highest, what the groups are worth with the lowest ones, and what all of it is worth at most. */
interface Box {
  readonly lowest: readonly number[];
  readonly highest: readonly number[];
  readonly gain: number;
  /** By table the least room that groups leave. */
  readonly left: Float64Array;
  readonly worth: number;
}
