import { seededRandom } from '../../../base/random.js';
import type { Found } from './anneal.js';
import { anneal } from './anneal.js';
import { branch } from './branch.js';
import { cutBound } from './cut-bound.js';
import type { Measure, Placement, PlaceProblem } from './problem.js';
import type { Settled } from './settle.js';
import { settle } from './settle.js';

/** How much is tried. Counted in moves and steps, so that every machine gives the same answer. */
export interface Effort {
  /** Steps of the search for any legal placement, or for the proof that there is none. */
  readonly legalSteps: number;
  /** Moves of the first annealing; each further one has twice as many. */
  readonly firstMoves: number;
  /** How many annealings. */
  readonly rounds: number;
  /** Steps of the search that proves. */
  readonly proofSteps: number;
  /** Steps that it may go on for where it is more than half through by then; 0 where left out. */
  readonly furtherSteps?: number;
}

/** Some tenths of a second for the largest designs. */
export const QUICK: Effort = { legalSteps: 2_000_000, firstMoves: 10_000, rounds: 3, proofSteps: 200_000 };

/** Up to a minute for the largest designs. */
export const THOROUGH: Effort = {
  legalSteps: 50_000_000,
  firstMoves: 50_000,
  rounds: 7,
  proofSteps: 40_000_000,
  furtherSteps: 20_000_000,
};

export type Placed =
  | {
      /** `optimal`: no legal placement has shorter wires, proved. */
      readonly status: 'optimal' | 'feasible';
      readonly placement: Placement;
      readonly settled: Settled;
      readonly measure: Measure;
      /** By that measure, and by the one that breaks ties: hops for half perimeters, else half perimeters. */
      readonly length: number;
      readonly otherLength: number;
      /** Proved: no placement is shorter. */
      readonly bound: number;
    }
  /** Proved: there is none. */
  | { readonly status: 'infeasible' }
  /** None was found in so many steps, and none was shown to be impossible. */
  | { readonly status: 'unknown' };

export interface PlaceOptions {
  readonly measure: Measure;
  readonly effort: Effort;
  readonly seed: number;
}

/** Places one design: any legal placement, then shorter wires, then the proof that none are shorter. */
export function place(problem: PlaceProblem, { measure, effort, seed }: PlaceOptions): Placed {
  const start = Int32Array.from(problem.parts, ({ previous }) => previous ?? -1);
  const first = branch(problem, { measure, below: null, firstOnly: true, nodes: effort.legalSteps });
  if (first.found === null && first.isComplete) return { status: 'infeasible' };
  let best: Found | null = first.found;
  let bound = measure === 'moves' ? 0 : cutBound(problem);
  const better = (found: Found | null): void => {
    if (found === null) return;
    const isBetter =
      best === null ||
      found.length < best.length ||
      (found.length === best.length && found.otherLength < best.otherLength);
    if (isBetter) best = found;
  };
  const prove = (nodes: number, further = 0): void => {
    if (best !== null && best.length <= bound) return;
    const proof = branch(problem, { measure, below: best?.length ?? null, firstOnly: false, nodes, further });
    better(proof.found);
    if (proof.isComplete && best !== null) bound = best.length;
  };
  for (let round = 0; round < effort.rounds; round += 1) {
    const moves = effort.firstMoves * 2 ** round;
    const options = { measure, moves, enough: bound };
    const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ round);
    // Half of the annealings begin from what is known.
    better(
      anneal(problem, { ...options, random, start: round % 2 === 0 ? start : (best?.placement ?? start) }),
    );
    if (round === 0) prove(effort.proofSteps / 10);
    if (best !== null && best.length <= bound) break;
  }
  prove(effort.proofSteps, effort.furtherSteps);
  if (best === null) return { status: 'unknown' };
  const settled = settle(problem, best.placement);
  if (settled === null) return { status: 'unknown' };
  const { placement, length, otherLength } = best;
  return {
    status: length <= bound ? 'optimal' : 'feasible',
    measure,
    placement,
    settled,
    length,
    otherLength,
    bound,
  };
}
