import type { Budget } from './budget.js';
import type { Neighbours } from './neighbours.js';
import type { State } from './state.js';
import type { Support } from './support.js';

/** Sums that differ by less are alike. */
export const ALIKE = 1e-9;

/**
 * Gives a variable the best value worth a look that breaks nothing more; among equals the one with most room
 * for those that may want to join it.
 * False where there is none; then it stays without value.
 */
export function insert(state: State, near: Neighbours, budget: Budget, variable: number): boolean {
  let best = -1;
  let bestObjective = -Infinity;
  let bestRoom = -Infinity;
  const before = state.broken;
  let bestBroken = before + ALIKE;
  const values = near.values(variable);
  for (const value of values) {
    budget.spend();
    state.begin();
    state.place(variable, value);
    // Limits are known at once; cells may yet make good what they count.
    if (!state.hasHardCells && state.broken > before + ALIKE) {
      state.undo();
      continue;
    }
    state.settle();
    const { broken, objective } = state;
    state.undo();
    if (broken > bestBroken + ALIKE) continue;
    const room = state.roomAt(value);
    const isAlike = broken > bestBroken - ALIKE && objective > bestObjective - ALIKE;
    if (broken < bestBroken - ALIKE || objective > bestObjective + ALIKE || (isAlike && room > bestRoom)) {
      best = value;
      bestRoom = room;
      bestBroken = broken;
      bestObjective = objective;
    }
  }
  if (best < 0) return false;
  state.give(variable, best);
  return true;
}

/**
 * Places what has no value yet, group by group, the largest first; before all others what says whether items count.
 * What finds no place is returned.
 */
export function construct(state: State, near: Neighbours, budget: Budget): number[] {
  const left: number[] = [];
  for (const gate of near.gates) {
    if ((state.values[gate] ?? -1) < 0 && !insert(state, near, budget, gate)) left.push(gate);
  }
  for (const group of near.groups) {
    // The smallest first: where few may be together with the others, these are the most.
    for (let i = group.length - 1; i >= 0; i -= 1) {
      const variable = group[i] ?? 0;
      if ((state.values[variable] ?? -1) >= 0) continue;
      if (!insert(state, near, budget, variable)) left.push(variable);
    }
  }
  return left;
}

/**
 * Gives values to what found no place by letting it not count: variables that say whether its items count get a
 * value with which they do not. What finds none even so is returned.
 */
export function leaveOut(
  state: State,
  near: Neighbours,
  support: Support,
  budget: Budget,
  left: readonly number[],
): number[] {
  const { items } = state.problem;
  return left.filter((variable) => {
    const gates = new Set<number>();
    for (let i = items.start[variable] ?? 0; i < (items.start[variable + 1] ?? 0); i += 1) {
      const presence = items.presence[i] ?? -1;
      if (presence >= 0) for (const gate of support.of(presence)) gates.add(gate);
    }
    gates.delete(variable);
    const value = near.any(variable);
    const before = state.broken;
    for (const gate of gates) {
      for (const other of near.domain(gate)) {
        if (other === state.values[gate] || !budget.spend()) continue;
        state.begin();
        state.place(gate, other);
        state.place(variable, value);
        state.settle();
        if (state.broken <= before + ALIKE) return false;
        state.undo();
      }
    }
    return true;
  });
}
