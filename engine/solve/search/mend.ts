import type { Random } from '../../base/random.js';
import type { Budget } from './budget.js';
import { ALIKE } from './construct.js';
import type { Neighbours } from './neighbours.js';
import type { Problem } from './problem.js';
import type { State } from './state.js';

/** Values of one variable that a step looks at. */
const LOOKED_AT = 24;
/** Steps during which a variable that moved keeps its value. */
const TABU = 8;

/** Variables that decide a cell, through all it reads; found once per cell. */
class Support {
  private readonly known = new Map<number, Int32Array>();
  private readonly readStart: Int32Array;
  private readonly read: Int32Array;
  private readonly variablesOf = new Map<number, number[]>();

  constructor(problem: Problem) {
    const { cells, members, sames, items, tables, domainOf } = problem;
    const count = cells.kind.length;
    this.readStart = new Int32Array(count + 1);
    for (const target of cells.reader) this.readStart[target + 1] = (this.readStart[target + 1] ?? 0) + 1;
    for (let i = 0; i < count; i += 1) {
      this.readStart[i + 1] = (this.readStart[i + 1] ?? 0) + (this.readStart[i] ?? 0);
    }
    const next = this.readStart.slice();
    this.read = new Int32Array(cells.reader.length);
    for (let cell = 0; cell < count; cell += 1) {
      for (let i = cells.readerStart[cell] ?? 0; i < (cells.readerStart[cell + 1] ?? 0); i += 1) {
        const target = cells.reader[i] ?? 0;
        const at = next[target] ?? 0;
        next[target] = at + 1;
        this.read[at] = cell;
      }
    }
    const tell = (cell: number, variable: number): void => {
      const list = this.variablesOf.get(cell);
      if (list === undefined) this.variablesOf.set(cell, [variable]);
      else if (list[list.length - 1] !== variable) list.push(variable);
    };
    for (let variable = 0; variable < domainOf.length; variable += 1) {
      for (let i = members.start[variable] ?? 0; i < (members.start[variable + 1] ?? 0); i += 1) {
        tell(members.cell[i] ?? 0, variable);
      }
      for (let i = members.longStart[variable] ?? 0; i < (members.longStart[variable + 1] ?? 0); i += 1) {
        tell(members.longCell[i] ?? 0, variable);
      }
      for (let i = sames.start[variable] ?? 0; i < (sames.start[variable + 1] ?? 0); i += 1) {
        tell(sames.cell[i] ?? 0, variable);
      }
      const own = sames.valueCell[variable] ?? -1;
      if (own >= 0) tell(own, variable);
      for (let i = items.start[variable] ?? 0; i < (items.start[variable + 1] ?? 0); i += 1) {
        const table = tables[items.table[i] ?? 0];
        if (table === undefined) continue;
        if (table.balanceCell >= 0) tell(table.balanceCell, variable);
        for (const cell of table.loadCells) tell(cell, variable);
      }
    }
  }

  of(cell: number): Int32Array {
    let found = this.known.get(cell);
    if (found === undefined) {
      const seen = new Set<number>([cell]);
      const variables = new Set<number>();
      const stack = [cell];
      while (stack.length > 0) {
        const one = stack.pop() ?? 0;
        for (const variable of this.variablesOf.get(one) ?? []) variables.add(variable);
        for (let i = this.readStart[one] ?? 0; i < (this.readStart[one + 1] ?? 0); i += 1) {
          const child = this.read[i] ?? 0;
          if (seen.has(child)) continue;
          seen.add(child);
          stack.push(child);
        }
      }
      found = Int32Array.from([...variables].sort((a, b) => a - b));
      this.known.set(cell, found);
    }
    return found;
  }
}

/**
 * Looks for an assignment that breaks nothing: changes variables of a broken hard cell or of a place that holds
 * too much, the best of some values each, and adds weight to what stays broken (min-conflicts with breakout).
 * All variables have values. True where nothing is broken any more.
 */
export function mend(state: State, near: Neighbours, budget: Budget, random: Random): boolean {
  const { problem } = state;
  const support = new Support(problem);
  const tabu = new Int32Array(state.values.length);
  const broken: number[] = [];
  for (let step = 1 + TABU; state.broken > ALIKE && !budget.isOver; step += 1) {
    budget.spend();
    broken.length = 0;
    for (const cell of problem.hard) if (state.lacks(cell) > 0) broken.push(cell);
    let variables: Int32Array | number[];
    if (broken.length > 0 && (random.below(2) === 0 || !state.hasOverfull())) {
      variables = support.of(broken[random.below(broken.length)] ?? 0);
    } else variables = state.crowd(random);
    const open = Array.from(variables).filter((variable) => near.groupOf[variable] !== -1);
    if (open.length === 0) {
      if (broken.length === 0 || open.length === variables.length) return state.broken <= ALIKE;
      continue;
    }
    let bestVariable = -1;
    let bestValue = -1;
    let best = Infinity;
    const looks = Math.min(open.length, 8);
    for (let k = 0; k < looks; k += 1) {
      const variable = open[looks === open.length ? k : random.below(open.length)] ?? 0;
      const values = near.values(variable);
      const stride = Math.max(1, Math.floor(values.length / LOOKED_AT));
      for (let i = stride > 1 ? random.below(stride) : 0; i < values.length; i += stride) {
        const value = values[i] ?? 0;
        if (value === state.values[variable]) continue;
        budget.spend();
        state.begin();
        state.place(variable, value);
        state.settle();
        const after = state.broken + random.next() * ALIKE;
        state.undo();
        const isTabu = (tabu[variable] ?? 0) > step && after > ALIKE;
        if (after < best && !isTabu) {
          best = after;
          bestVariable = variable;
          bestValue = value;
        }
      }
    }
    if (bestVariable < 0) continue;
    const isStuck = best >= state.broken - ALIKE;
    if (isStuck) {
      for (const cell of broken) state.emphasise(cell, 1);
      state.emphasiseOverfull();
    }
    if (!isStuck || random.below(4) > 0) {
      state.begin();
      state.place(bestVariable, bestValue);
      state.settle();
      tabu[bestVariable] = step + TABU + random.below(TABU);
    }
  }
  return state.broken <= ALIKE;
}
