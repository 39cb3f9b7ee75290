/**
 * Interval arithmetic on integers held in doubles. An end that is missing, or that a double cannot hold
 * exactly, becomes infinite (or the last exact integer): ranges may only grow by that, never lose a value.
 */
export interface Range {
  readonly lo: number;
  readonly hi: number;
}

const LAST = Number.MAX_SAFE_INTEGER;

export const EVERYTHING: Range = { lo: -Infinity, hi: Infinity };
export const ZERO: Range = { lo: 0, hi: 0 };
export const TRUTH: Range = { lo: 0, hi: 1 };

export const point = (value: number): Range => ({ lo: value, hi: value });
export const isEmpty = ({ lo, hi }: Range): boolean => lo > hi;
export const has = ({ lo, hi }: Range, value: number): boolean => lo <= value && value <= hi;

/** A lower end that may be rounded: never above the true one. */
function lowEnd(value: number): number {
  if (value < -LAST) return -Infinity;
  return value > LAST ? LAST : value;
}

function highEnd(value: number): number {
  if (value > LAST) return Infinity;
  return value < -LAST ? -LAST : value;
}

export const addRanges = (a: Range, b: Range): Range => ({
  lo: lowEnd(a.lo + b.lo),
  hi: highEnd(a.hi + b.hi),
});

/** 0 * infinity is 0 here: the factor is a number, the end only unknown. */
const times = (factor: number, end: number): number => (factor === 0 ? 0 : factor * end);

export function scaleRange(factor: number, range: Range): Range {
  const a = times(factor, range.lo);
  const b = times(factor, range.hi);
  return { lo: lowEnd(Math.min(a, b)), hi: highEnd(Math.max(a, b)) };
}

export const intersectRanges = (a: Range, b: Range): Range => ({
  lo: Math.max(a.lo, b.lo),
  hi: Math.min(a.hi, b.hi),
});

export const hullOf = (a: Range, b: Range): Range => ({
  lo: Math.min(a.lo, b.lo),
  hi: Math.max(a.hi, b.hi),
});

/** Largest integer q with q * divisor <= value; divisor > 0. Infinite values stay infinite. */
export function floorDivide(value: number, divisor: number): number {
  if (!Number.isFinite(value)) return value;
  let quotient = Math.floor(value / divisor);
  // The division of two exact integers may be rounded over an integer by one.
  while (quotient * divisor > value) quotient -= 1;
  while ((quotient + 1) * divisor <= value) quotient += 1;
  return quotient + 0;
}

/** The integers x with factor * x in `range`; factor is not 0. */
export function divideRange(range: Range, factor: number): Range {
  if (factor < 0) return divideRange({ lo: -range.hi, hi: -range.lo }, -factor);
  return { lo: -floorDivide(-range.lo, factor), hi: floorDivide(range.hi, factor) };
}
