import type { Term, TermGroup } from './bound-group.js';
import type { BoundSteps } from './bound-steps.js';
import { GroupPairs } from './group-pairs.js';
import { packOf, packed } from './packed.js';
import type { Problem } from './problem.js';
import { demandOf, slotAt } from './problem.js';
import { includes } from './sorted.js';
import type { State } from './state.js';
import { valuesElsewhere } from './teams.js';

/** Groups of more variables than this are not gone through. */
export const LARGEST_GROUP = 16;

/** Sums of parts of coefficients may be off by less. */
const ROUNDED = 1e-6;

/**
 * Groups of variables that any terms tie together: what they are worth at most, each variable at a value that its cells
 * name or at one of those that stand for all others.
 */
export class TermGroups {
  constructor(
    private readonly problem: Problem,
    private readonly state: State,
    /** False where a table's limits say nothing of one group alone. */
    private readonly isChecked: readonly boolean[],
    /** Room that must stay in each table. */
    private readonly kept: Float64Array,
    private readonly steps: BoundSteps,
    private readonly isOpen: (variable: number) => boolean,
  ) {}

  /** The group of some terms; null where it is too large, or its cells tell too many values apart. */
  of(variables: number[], terms: readonly Term[], total: number): TermGroup | null {
    const values = variables.length > LARGEST_GROUP ? null : this.valuesOf(variables);
    if (values === null) return null;
    const size = new Map(variables.map((variable) => [variable, demandOf(this.problem, variable)]));
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
    return {
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
    };
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
    return { named, others: valuesElsewhere(this.problem, variables, all, variables.length) };
  }

  /** The most that a group's terms can be worth together, by depth-first branch and bound of so many steps. */
  bestOf(group: TermGroup, isFree: boolean, most: number): { best: number; isProved: boolean } {
    const { variables, terms, pairs, named, others } = group;
    const { state, steps } = this;
    // With less room it is worth no more than with all.
    const all = Math.min(group.best, this.restOf(group, 0));
    const chosen = new Int32Array(variables.length);
    let best = -Infinity;
    let left = steps.atMost(most);
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
        if (left <= 0 || steps.isOver || best >= all - ROUNDED) return;
        left -= 1;
        steps.spend();
        const isNamed = i < named.length;
        const value = isNamed ? (named[i] ?? 0) : (others[i - named.length] ?? 0);
        state.give(variable, value);
        chosen[depth] = isNamed ? value : named.length - i - 1;
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
        state.give(variable, -1);
      }
    };
    for (const value of [...named, ...others.slice(0, 1)]) {
      const worth = this.onePlace(group, value, chosen);
      if (worth <= best) continue;
      best = worth;
      if (isFree) group.values = chosen.slice();
    }
    visit(0, 0, 0);
    const isProved = left > 0 && !steps.isOver;
    return { best: isProved ? best : all, isProved };
  }

  /** What a group is worth with all of it that fits at one value and the rest at another; a first answer to beat. */
  private onePlace({ variables, terms, others }: TermGroup, value: number, chosen: Int32Array): number {
    let worth = 0;
    let depth = 0;
    for (; depth < variables.length; depth += 1) {
      const variable = variables[depth] ?? 0;
      this.steps.spend();
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
