import { must } from '../base/assert.js';
import { addExact, ceilDivide, floorDivide, multiplyExact } from '../base/int.js';
import { byNumber } from '../base/order.js';

/** constant + slope * x. */
export interface Line {
  readonly constant: number;
  readonly slope: number;
}

/** What one integer x in [lo, hi] is worth: slope * x and weighted extremes of lines. `hi` may be infinite. */
export interface Gain {
  readonly lo: number;
  readonly hi: number;
  slope: number;
  readonly extremes: {
    readonly factor: number;
    readonly greatest: boolean;
    /** Never empty. */
    readonly lines: readonly Line[];
  }[];
}

/** Each unit from x = from to x = to adds `slope`. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly slope: number;
}

/** Every two lines of an extreme may cross; beyond this many lines that is too much to look at. */
const MOST_LINES = 32;

export const valueOfLine = ({ constant, slope }: Line, x: number): number =>
  addExact(constant, multiplyExact(slope, x));

/** Throws UnsafeIntegerError. */
export function valueOfGain({ slope, extremes }: Gain, x: number): number {
  let total = multiplyExact(slope, x);
  for (const { factor, greatest, lines } of extremes) {
    let best = valueOfLine(must(lines[0], 'a line'), x);
    for (const line of lines) {
      const value = valueOfLine(line, x);
      if (greatest ? value > best : value < best) best = value;
    }
    total = addExact(total, multiplyExact(factor, best));
  }
  return total;
}

/**
 * The pieces of a gain from lo to hi, each flatter than the one before, or null where it is not concave on the
 * integers. Throws UnsafeIntegerError.
 *
 * Between the integers on both sides of where lines cross nothing but one line of each extreme counts, so the gain is
 * linear there; its values at these integers tell all.
 */
export function concaveSegments(gain: Gain): Segment[] | null {
  const { lo, hi } = gain;
  const points = new Set([lo]);
  const add = (x: number): void => {
    if (x > lo && x < hi) points.add(x);
  };
  for (const { lines } of gain.extremes) {
    if (lines.length > MOST_LINES) return null;
    for (const [i, a] of lines.entries()) {
      for (const b of lines.slice(i + 1)) {
        if (a.slope === b.slope) continue;
        const [flat, steep] = a.slope < b.slope ? [a, b] : [b, a];
        const rise = addExact(steep.slope, -flat.slope);
        const head = addExact(flat.constant, -steep.constant);
        add(floorDivide(head, rise));
        add(ceilDivide(head, rise));
      }
    }
  }
  const sorted = [...points].sort(byNumber);
  const segments: Segment[] = [];
  for (const [i, from] of sorted.entries()) {
    const to = sorted[i + 1] ?? hi;
    if (from === to) continue;
    const step = to === Infinity ? addExact(from, 1) : to;
    const rise = addExact(valueOfGain(gain, step), -valueOfGain(gain, from));
    const slope = rise / (step - from);
    const last = segments.at(-1);
    if (last !== undefined && slope > last.slope) return null;
    if (last?.slope === slope) segments[segments.length - 1] = { ...last, to };
    else segments.push({ from, to, slope });
  }
  return segments;
}
