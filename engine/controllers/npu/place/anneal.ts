import type { Random } from '../../../base/random.js';
import { Moves } from './moves.js';
import { PlaceState } from './state.js';
import type { Measure, Placement, PlaceProblem } from './problem.js';
import { settle } from './settle.js';
import { streamsFit } from './streams.js';

/** A legal placement and its wires. */
export interface Found {
  readonly placement: Placement;
  /** By the measure that is asked for. */
  readonly length: number;
  /** By the other one: it breaks ties. */
  readonly otherLength: number;
}

export interface AnnealOptions {
  readonly measure: Measure;
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
  const { random, moves: count } = options;
  const state = new PlaceState(problem, options.measure, true);
  begin(state, options.start);
  const moves = new Moves(state, random);
  let best = null as Found | null;
  const note = (): void => {
    if (state.excess > 0) return;
    const { length, otherLength } = state;
    if (
      best !== null &&
      (length > best.length || (length === best.length && otherLength >= best.otherLength))
    )
      return;
    if (streamsFit(problem, state.at) && settle(problem, state.at) !== null)
      best = { placement: state.at.slice(), length, otherLength };
  };
  const costOf = (): number => EXCESS_WEIGHT * state.excess + state.length + state.otherLength / FIRST_WEIGHT;
  note();
  let cost = costOf();
  for (let move = 0; move < count && moves.arePossible; move += 1) {
    const heat = HOT * (COLD / HOT) ** (move / count);
    if (!moves.draw()) continue;
    moves.make();
    const next = costOf();
    if (next <= cost || random.next() < Math.exp((cost - next) / heat)) {
      cost = next;
      note();
      if (best !== null && best.length <= options.enough && move > count / 2) break;
    } else moves.undo();
  }
  return best;
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
