import type { Random } from '../../../base/random.js';
import { PlaceState } from './state.js';
import type { Placement, PlaceProblem, Wire } from './problem.js';
import { settle } from './settle.js';

/** A legal placement and its wires. */
export interface Found {
  readonly placement: Placement;
  /** By the measure that is asked for. */
  readonly length: number;
  /** By the other one: it breaks ties. */
  readonly otherLength: number;
}

export interface AnnealOptions {
  readonly wire: Wire;
  readonly moves: number;
  readonly random: Random;
  /** Where it begins: a whole placement, or null for tiles in order. */
  readonly start: Placement | null;
  /** A proved lower bound: nothing below it is looked for. */
  readonly enough: number;
}

/** What a unit beyond a limit counts, in tiles of wire. */
const EXCESS_WEIGHT = 6;
/** What a tile of wire counts by the measure that is asked for, where one by the other counts 1. */
const FIRST_WEIGHT = 8;
const HOT = 4;
const COLD = 0.12;

/** Simulated annealing over moves and exchanges: the best legal placement met, or null. Deterministic. */
export function anneal(problem: PlaceProblem, options: AnnealOptions): Found | null {
  const { parts } = problem;
  if (parts.some(({ candidates }) => candidates.length === 0)) return null;
  const { random, moves } = options;
  const state = new PlaceState(problem, options.wire, true);
  begin(state, options.start);
  const movable = parts.flatMap(({ candidates }, part) => (candidates.length > 1 ? [part] : []));
  const occupants = new Map<number, number>();
  parts.forEach(({ kind }, part) => {
    if (kind === 'worker') occupants.set(state.at[part] ?? 0, part);
  });
  const allowed = parts.map(({ candidates }) => new Set(candidates));
  let best = null as Found | null;
  const note = (): void => {
    if (state.excess > 0) return;
    const { length, otherLength } = state;
    if (
      best !== null &&
      (length > best.length || (length === best.length && otherLength >= best.otherLength))
    )
      return;
    if (settle(problem, state.at) !== null) best = { placement: state.at.slice(), length, otherLength };
  };
  const costOf = (): number => EXCESS_WEIGHT * state.excess + state.length + state.otherLength / FIRST_WEIGHT;
  note();
  let cost = costOf();
  for (let move = 0; move < moves && movable.length > 0; move += 1) {
    const heat = HOT * (COLD / HOT) ** (move / moves);
    const part = movable[random.below(movable.length)] ?? 0;
    const { candidates, kind } = parts[part] ?? { candidates: [], kind: '' };
    const from = state.at[part] ?? 0;
    const to = candidates[random.below(candidates.length)] ?? from;
    if (to === from) continue;
    const other = kind === 'worker' ? (occupants.get(to) ?? -1) : -1;
    if (other >= 0 && allowed[other]?.has(from) !== true) continue;
    shift(state, part, to, other, from);
    const next = costOf();
    if (next <= cost || random.next() < Math.exp((cost - next) / heat)) {
      cost = next;
      if (kind === 'worker') {
        if (other >= 0) occupants.set(from, other);
        else occupants.delete(from);
        occupants.set(to, part);
      }
      note();
      if (best !== null && best.length <= options.enough && move > moves / 2) break;
    } else shift(state, part, from, other, to);
  }
  return best;
}

/** Moves a part, and another one the other way; -1 for none. */
function shift(state: PlaceState, part: number, to: number, other: number, from: number): void {
  state.take(part);
  if (other >= 0) {
    state.take(other);
    state.put(other, from);
  }
  state.put(part, to);
  state.measureAround(part);
  if (other >= 0) state.measureAround(other);
}

function begin(state: PlaceState, start: Placement | null): void {
  const { parts } = state.problem;
  const taken = new Set<number>();
  // Those with fewest tiles first, so that all workers find one of their own where that is possible.
  const order = parts.map((_part, i) => i);
  order.sort((a, b) => (parts[a]?.candidates.length ?? 0) - (parts[b]?.candidates.length ?? 0) || a - b);
  for (const part of order) {
    const { candidates = [], kind } = parts[part] ?? {};
    const wanted = start?.[part] ?? -1;
    const free = candidates.find((tile) => kind !== 'worker' || !taken.has(tile)) ?? candidates[0] ?? 0;
    const tile = candidates.includes(wanted) && !(kind === 'worker' && taken.has(wanted)) ? wanted : free;
    if (kind === 'worker') taken.add(tile);
    state.put(part, tile);
  }
  for (const part of order) state.measureAround(part);
}
