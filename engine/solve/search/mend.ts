import type { Random } from '../../base/random.js';
import type { Budget } from './budget.js';
import { ALIKE } from './construct.js';
import type { Neighbours } from './neighbours.js';
import type { State } from './state.js';
import type { Support } from './support.js';

/** Values of one variable that a step looks at. */
const LOOKED_AT = 24;
/** Steps during which a variable that moved keeps its value. */
const TABU = 8;

/**
 * Looks for an assignment that breaks nothing: changes variables of a broken hard cell or of a place that holds
 * too much, the best of some values each, and adds weight to what stays broken (min-conflicts with breakout).
 * All variables have values. True where nothing is broken any more.
 */
export function mend(
  state: State,
  near: Neighbours,
  support: Support,
  budget: Budget,
  random: Random,
): boolean {
  const { problem } = state;
  const tabu = new Int32Array(state.values.length);
  const broken: number[] = [];
  for (let step = 1 + TABU; state.broken > ALIKE && !budget.isOver; step += 1) {
    budget.spend();
    broken.length = 0;
    for (const cell of problem.hard) if (state.lacks(cell) > 0) broken.push(cell);
    let variables: Int32Array | number[];
    if (broken.length > 0 && (random.below(2) === 0 || !state.loads.hasOverfull())) {
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
        state.give(variable, value);
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
      state.loads.emphasiseOverfull();
    }
    if (!isStuck || random.below(4) > 0) {
      state.give(bestVariable, bestValue);
      tabu[bestVariable] = step + TABU + random.below(TABU);
    }
  }
  return state.broken <= ALIKE;
}
