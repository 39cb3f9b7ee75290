import type { Budget } from './budget.js';
import type { Gathering } from './gathering.js';
import type { Neighbours } from './neighbours.js';
import type { State } from './state.js';
import type { Support } from './support.js';

/** Sums that differ by less are alike. */
export const ALIKE = 1e-9;

/** Classes of peers whose values are looked at when no other value will do. */
const CLASSES = 3;
/** Values that break nothing but are no better, after which such a look ends. */
const NO_BETTER = 3;
/** A time limit of so few milliseconds per decision leaves little beyond first places. */
const HURRIED_MS = 0.05;
/** Of values worth a look, then, those that are looked at where one of them breaks nothing. */
const HURRIED = 6;
/** Classes in which a group is tried that did not find places for all of its members. */
const TRIED = 24;

/** The best value of a variable so far. */
interface Choice {
  value: number;
  objective: number;
  broken: number;
  room: number;
}

/**
 * Gives a variable the best value worth a look that breaks nothing more; among equals the one with most room
 * for those that may want to join it. Where none of these but such as the model names will do and `thorough` asks for
 * more, values with room for it are looked at, the tightest first. False where there is none; then it stays without value.
 * After `most` values one that breaks nothing more is good enough: what the model names comes first, then where peers are.
 */
export function insert(
  state: State,
  near: Neighbours,
  budget: Budget,
  variable: number,
  thorough = false,
  most = Infinity,
): boolean {
  const before = state.broken;
  const best: Choice = { value: -1, objective: -Infinity, broken: before + ALIKE, room: -Infinity };
  let leastUnnamed = Infinity;
  let looked = 0;
  let isEnough = false;
  for (const value of near.values(variable)) {
    isEnough = looked >= most && best.value >= 0 && best.broken <= before + ALIKE;
    if (isEnough) break;
    looked += 1;
    const broken = look(state, budget, variable, value, best);
    if (thorough && broken < leastUnnamed && !near.isNamed(variable, value)) leastUnnamed = broken;
  }
  const isFree = !thorough || isEnough || leastUnnamed <= best.broken + ALIKE || near.isWhole(variable);
  if (!isFree && !search(state, near, budget, variable, best)) near.missed += 1;
  if (best.value < 0) return false;
  state.give(variable, best.value);
  return true;
}

/** Tries a value and takes it back; what is broken with it, Infinity where that is too much to know. */
function look(state: State, budget: Budget, variable: number, value: number, best: Choice): number {
  const before = state.broken;
  budget.spend();
  state.begin();
  state.place(variable, value);
  // Limits are known at once; cells may yet make good what they count.
  if (!state.hasHardCells && state.broken > before + ALIKE) {
    state.undo();
    return Infinity;
  }
  state.settle();
  const { broken, objective } = state;
  state.undo();
  if (broken > best.broken + ALIKE) return broken;
  const room = state.loads.roomAt(value);
  const isAlike = broken > best.broken - ALIKE && objective > best.objective - ALIKE;
  if (broken < best.broken - ALIKE || objective > best.objective + ALIKE || (isAlike && room > best.room)) {
    best.value = value;
    best.room = room;
    best.broken = broken;
    best.objective = objective;
  }
  return broken;
}

/** Looks where limits leave room: first in the classes of peers, then anywhere. True where that is better than `best`. */
function search(state: State, near: Neighbours, budget: Budget, variable: number, best: Choice): boolean {
  const { sames } = state.problem;
  const has = near.valuesAllowed(variable);
  const known = { ...best };
  const among = (values: Int32Array): boolean => {
    let fruitless = 0;
    for (const value of near.fitting.tightest(variable, values, has)) {
      const broken = look(state, budget, variable, value, best);
      if (best.broken < known.broken - ALIKE || best.objective > known.objective + ALIKE) return true;
      if (broken <= known.broken + ALIKE && (fruitless += 1) >= NO_BETTER) return false;
    }
    return false;
  };
  const seen: number[] = [];
  const end = sames.start[variable + 1] ?? 0;
  for (let i = sames.start[variable] ?? 0; i < end && seen.length < CLASSES; i += 1) {
    const ownMap = sames.ownMap[i] ?? -1;
    const peerValue = state.values[sames.peer[i] ?? 0] ?? -1;
    if (ownMap < 0 || peerValue < 0) continue;
    const kind = state.problem.classMaps[sames.peerMap[i] ?? 0]?.[peerValue] ?? -1;
    if (kind < 0 || seen.includes(kind)) continue;
    seen.push(kind);
    if (among(near.fitting.classValues(ownMap, kind))) return true;
  }
  return among(near.domain(variable));
}

/**
 * Places what has no value yet, group by group, the largest first; before all others what says whether items count.
 * What finds no place is returned.
 */
export function construct(state: State, near: Neighbours, gathering: Gathering, budget: Budget): number[] {
  const left: number[] = [];
  const { timeMs } = budget.limits;
  const most = timeMs !== null && timeMs < HURRIED_MS * near.open.length ? HURRIED : Infinity;
  for (const gate of near.gates) {
    if ((state.values[gate] ?? -1) < 0 && !insert(state, near, budget, gate)) left.push(gate);
  }
  for (const group of near.groups) {
    const { missed } = near;
    const found = left.length;
    const open = group.filter((variable) => (state.values[variable] ?? -1) < 0);
    const isGathered = open.length === group.length && gathering.place(group);
    if (isGathered && most < Infinity) continue;
    const { objective } = state;
    const gathered = isGathered ? valuesOf(state, group) : null;
    if (isGathered) takeOut(state, group);
    // The smallest first: where few may be together with the others, these are the most.
    for (let i = open.length - 1; i >= 0; i -= 1) {
      const variable = open[i] ?? 0;
      if (!insert(state, near, budget, variable, true, most)) left.push(variable);
    }
    if (gathered !== null && (left.length > found || state.objective < objective - ALIKE)) {
      left.length = found;
      takeOut(state, group);
      putAt(state, group, gathered);
      continue;
    }
    if (near.missed > missed && left.length === 0 && open.length > 1) regroup(state, near, budget, open);
  }
  return left;
}

/**
 * Tries a group once more from its largest member on, which begins in one class of values after the other; keeps the
 * best. For members that must be in one class, or in different ones, when not all of them found a good place.
 */
function regroup(state: State, near: Neighbours, budget: Budget, group: Int32Array): void {
  const { sames } = state.problem;
  const first = group[0] ?? 0;
  let map = -1;
  for (let i = sames.start[first] ?? 0; i < (sames.start[first + 1] ?? 0) && map < 0; i += 1)
    map = sames.ownMap[i] ?? -1;
  if (map < 0) return;
  const has = near.valuesAllowed(first);
  let best = valuesOf(state, group);
  let { broken, objective } = state;
  takeOut(state, group);
  const kinds = near.fitting.classesFor(first, map, group.length, has).slice(0, TRIED);
  for (const kind of kinds) {
    if (budget.isOver) break;
    const { missed } = near;
    const [value] = near.fitting.tightest(first, near.fitting.classValues(map, kind), has);
    if (value === undefined) continue;
    state.give(first, value);
    let isPlaced = true;
    for (const variable of group) {
      if (variable !== first) isPlaced &&= insert(state, near, budget, variable, true);
    }
    const isBetter =
      state.broken < broken - ALIKE ||
      (state.broken <= broken + ALIKE && state.objective > objective + ALIKE);
    if (isPlaced && isBetter) {
      best = valuesOf(state, group);
      ({ broken, objective } = state);
    }
    takeOut(state, group);
    if (isPlaced && near.missed === missed) break;
  }
  putAt(state, group, best);
}

function valuesOf(state: State, group: Int32Array): Int32Array {
  return group.map((variable) => state.values[variable] ?? -1);
}

function putAt(state: State, group: Int32Array, values: Int32Array): void {
  state.begin();
  group.forEach((variable, i) => state.place(variable, values[i] ?? -1));
  state.settle();
}

function takeOut(state: State, group: Int32Array): void {
  state.begin();
  for (const variable of group) state.place(variable, -1);
  state.settle();
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
