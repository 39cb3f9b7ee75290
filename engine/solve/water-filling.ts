import { must } from '../base/assert.js';
import { UnsafeIntegerError, addExact, ceilDivide, floorDivide, multiplyExact } from '../base/int.js';
import type { Model, VariableId } from '../model/model.js';
import type { Allocation, Evenness, Pool } from './allocation.js';
import { allocationOf } from './allocation.js';
import { restingValue } from './encode.js';
import type { Gain, Segment } from './gain.js';
import { concaveSegments, valueOfGain, valueOfLine } from './gain.js';
import { levelResult } from './level-result.js';
import type { SolveOutcome } from './solver.js';

/** Name in a report of an answer by this way. */
export const WATER_FILLING = 'water-filling';

/** Levels below the highest that are looked at where something else is worth more than the smallest. */
const MOST_LEVELS = 64;

interface Piece extends Segment {
  readonly variable: VariableId;
}

interface FilledPool extends Pool {
  /** Steepest first; of equal ones that of the first variable. */
  readonly pieces: readonly Piece[];
}

/** Values by variable and what they are worth, the smallest line left out. */
interface Filling {
  readonly values: Float64Array;
  readonly worth: number;
}

/** Both ends of what each variable may be, by variable; an interval may be empty. */
interface Boxes {
  readonly lo: Float64Array;
  readonly hi: Float64Array;
}

/**
 * The optimum of a reduced model that hands out integers from pools, or null where the model has another shape, no
 * answer, or no end to its objective. O(n log n) in the number of variables, times the number of levels looked at.
 *
 * - Shape: each variable is an interval; rows are bounds of a plain sum, and no two share a variable; the one level
 *   adds up functions of single variables, concave on the integers, and at most one smallest of rising or falling
 *   lines (`evenness`).
 * - Separable part: units are handed out steepest first. Suppose another answer is better. Then it holds a unit less
 *   of a steeper piece and one more of a flatter piece of the same pool, or a unit of loss that no bound asks for, or
 *   lacks a gain that has room; as pieces are in order within each variable, exchanging the two is allowed and loses
 *   nothing. Repeated, this leads to the answer given here.
 * - Evenness: "the smallest is at least t" narrows intervals, the more the higher t, so the highest t is found by
 *   doubling and bisection. Below it, level by level, the same filling gives the best that has this level; all lower
 *   levels are worth at most their own level and the filling without any, and when that is too little the best so far
 *   is the optimum. If that takes too many levels the answer is null.
 */
export function waterFilling(model: Model): SolveOutcome | null {
  try {
    const allocation = allocationOf(model);
    const best = allocation === null ? null : new Filler(allocation).best();
    if (allocation === null || best === null) return null;
    const values = model.variables.map((variable, id) =>
      allocation.gains.has(id) ? (best.values[id] ?? NaN) : restingValue(variable, model.hints[id] ?? null),
    );
    const value = addExact(best.worth, allocation.constant) / allocation.scale;
    const { priority } = must(model.objectives[0], 'an objective');
    return { status: 'optimal', values, levels: [levelResult(priority, value, value)] };
  } catch (error) {
    if (error instanceof UnsafeIntegerError) return null;
    throw error;
  }
}

class Filler {
  private readonly boxes: Boxes;
  private readonly evenness: Evenness | null;
  /** null where a gain is not concave. */
  private readonly pools: readonly FilledPool[] | null;
  /** What all variables at their lower ends are worth. */
  private readonly base: number;

  constructor({ gains, pools, evenness }: Allocation) {
    const size = 1 + [...gains.keys()].reduce((most, id) => Math.max(most, id), 0);
    this.boxes = { lo: new Float64Array(size), hi: new Float64Array(size) };
    let base = 0;
    for (const [variable, gain] of gains) {
      this.boxes.lo[variable] = gain.lo;
      this.boxes.hi[variable] = gain.hi;
      base = addExact(base, valueOfGain(gain, gain.lo));
    }
    this.base = base;
    this.evenness = evenness;
    this.pools = filledPools(gains, pools);
  }

  best(): Filling | null {
    const any = this.fill(this.boxes);
    if (any === null || this.evenness === null) return any;
    return this.mostEven(any, this.evenness);
  }

  private mostEven(any: Filling, evenness: Evenness): Filling | null {
    const { weight, lines, most } = evenness;
    const known = lines.reduce(
      (least, { variable, line }) => Math.min(least, valueOfLine(line, any.values[variable] ?? NaN)),
      most,
    );
    const highest = this.highest(known, evenness);
    let best: Filling | null = null;
    for (let level = highest; level > highest - MOST_LEVELS; level -= 1) {
      const found = must(this.fill(this.boxesAt(level, evenness)), 'a filling below the highest level');
      const worth = addExact(found.worth, multiplyExact(weight, level));
      if (best === null || worth > best.worth) best = { values: found.values, worth };
      const below = addExact(any.worth, multiplyExact(weight, addExact(level, -1)));
      if (below <= best.worth) return best;
    }
    return null;
  }

  /** The highest level that fits, from one that does. Throws UnsafeIntegerError where there is no highest. */
  private highest(known: number, evenness: Evenness): number {
    let [fits, step] = [known, 1];
    while (this.hasRoom(addExact(fits, step), evenness)) {
      fits += step;
      step *= 2;
    }
    let breaks = fits + step;
    while (breaks - fits > 1) {
      const middle = fits + Math.floor((breaks - fits) / 2);
      if (this.hasRoom(middle, evenness)) fits = middle;
      else breaks = middle;
    }
    return fits;
  }

  /** What a level leaves each variable. */
  private boxesAt(level: number, { lines }: Evenness): Boxes {
    const lo = this.boxes.lo.slice();
    const hi = this.boxes.hi.slice();
    for (const { variable, line } of lines) {
      const need = addExact(level, -line.constant);
      if (line.slope > 0) lo[variable] = Math.max(lo[variable] ?? NaN, ceilDivide(need, line.slope));
      else hi[variable] = Math.min(hi[variable] ?? NaN, floorDivide(-need, -line.slope));
    }
    return { lo, hi };
  }

  private hasRoom(level: number, evenness: Evenness): boolean {
    if (level > evenness.most) return false;
    const boxes = this.boxesAt(level, evenness);
    const { lo, hi } = boxes;
    if (evenness.lines.some(({ variable }) => !((lo[variable] ?? NaN) <= (hi[variable] ?? NaN))))
      return false;
    return this.pools?.every((pool) => leastOf(pool, boxes) !== null) === true;
  }

  /** The best values within boxes, or null where there are none or no gain is concave. */
  private fill(boxes: Boxes): Filling | null {
    if (this.pools === null) return null;
    const values = boxes.lo.slice();
    let worth = this.base;
    for (const pool of this.pools) {
      let total = leastOf(pool, boxes);
      if (total === null) return null;
      for (const { variable, from, to, slope } of pool.pieces) {
        const start = Math.min(Math.max(from, boxes.lo[variable] ?? NaN), to);
        const free = Math.max(0, Math.min(to, boxes.hi[variable] ?? NaN) - start);
        const wanted = (slope > 0 ? pool.hi : pool.lo) - total;
        const taken = Math.max(0, Math.min(free, wanted));
        total = addExact(total, taken);
        worth = addExact(worth, multiplyExact(slope, addExact(start - from, taken)));
        values[variable] = addExact(values[variable] ?? NaN, taken);
      }
    }
    return { values, worth };
  }
}

/** The sum of all lower ends, or null where the pool has no room for any answer. */
function leastOf({ variables, lo, hi }: Pool, boxes: Boxes): number | null {
  let [least, most] = [0, 0];
  for (const variable of variables) {
    const end = boxes.hi[variable] ?? NaN;
    least = addExact(least, boxes.lo[variable] ?? NaN);
    most = most === Infinity || end === Infinity ? Infinity : addExact(most, end);
  }
  return least > hi || most < lo ? null : least;
}

/** The pools with their pieces, and one without bounds for variables in none; null where a gain is not concave. */
function filledPools(gains: ReadonlyMap<VariableId, Gain>, pools: readonly Pool[]): FilledPool[] | null {
  const pooled = new Set(pools.flatMap(({ variables }) => variables));
  const alone = [...gains.keys()].filter((variable) => !pooled.has(variable));
  const filled: FilledPool[] = [];
  for (const pool of [...pools, { variables: alone, lo: -Infinity, hi: Infinity }]) {
    const pieces: Piece[] = [];
    for (const variable of pool.variables) {
      const segments = concaveSegments(must(gains.get(variable), 'a gain'));
      if (segments === null) return null;
      for (const segment of segments) pieces.push({ ...segment, variable });
    }
    pieces.sort((a, b) => b.slope - a.slope || a.variable - b.variable);
    filled.push({ ...pool, pieces });
  }
  return filled;
}
