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

/** Products of values of two ranges. */
export function multiplyRanges(a: Range, b: Range): Range {
  const corners = [times(a.lo, b.lo), times(a.lo, b.hi), times(a.hi, b.lo), times(a.hi, b.hi)];
  // An unknown end times 0 is 0.
  const ends = corners.map((end) => (Number.isNaN(end) ? 0 : end));
  return { lo: lowEnd(Math.min(...ends)), hi: highEnd(Math.max(...ends)) };
}

/** Quotients, truncated towards zero, of values of two ranges; a division by 0 gives 0. */
export function quotientRange(dividend: Range, divisor: Range): Range {
  const largest = Math.max(Math.abs(dividend.lo), Math.abs(dividend.hi));
  const signs = multiplyRanges(signRange(dividend), signRange(divisor));
  const least = has(divisor, 0) ? 1 : Math.min(Math.abs(divisor.lo), Math.abs(divisor.hi));
  const most = floorDivide(largest, Math.max(1, least));
  const magnitude = { lo: -most, hi: most };
  const bySign = { lo: signs.lo < 0 ? magnitude.lo : 0, hi: signs.hi > 0 ? magnitude.hi : 0 };
  return has(dividend, 0) || has(divisor, 0) || least > 1 ? hullOf(bySign, ZERO) : bySign;
}

const signRange = ({ lo, hi }: Range): Range => ({ lo: Math.sign(lo), hi: Math.sign(hi) });

/** Integers x for which some y of `other` gives x * y in `product`. */
export function factorRange(product: Range, other: Range): Range {
  if (has(product, 0)) {
    if (has(other, 0)) return EVERYTHING;
  } else {
    // Then neither factor is 0.
    if (other.lo === 0) return factorRange(product, { lo: 1, hi: other.hi });
    if (other.hi === 0) return factorRange(product, { lo: other.lo, hi: -1 });
    if (has(other, 0)) {
      const most = Math.max(Math.abs(product.lo), Math.abs(product.hi));
      return { lo: -most, hi: most };
    }
  }
  if (isEmpty(other)) return other;
  if (other.hi < 0) {
    return factorRange({ lo: -product.hi, hi: -product.lo }, { lo: -other.hi, hi: -other.lo });
  }
  // 0 < other.lo: small products by large factors, and the reverse.
  const lo = product.lo >= 0 ? ratio(product.lo, other.hi) : ratio(product.lo, other.lo);
  const hi = product.hi >= 0 ? ratio(product.hi, other.lo) : ratio(product.hi, other.hi);
  return { lo: lowEnd(-floorOf(-lo)), hi: highEnd(floorOf(hi)) };
}

/** A quotient of ends, a little larger in magnitude than rounding could make it too small. */
function ratio(value: number, divisor: number): number {
  if (!Number.isFinite(divisor)) return Number.isFinite(value) ? 0 : value;
  return value / divisor;
}

/** Floor that forgives the rounding of a quotient. */
const floorOf = (value: number): number =>
  Number.isFinite(value) ? Math.floor(value + 1e-9 * Math.max(1, Math.abs(value))) : value;

/** Integers whose quotient by `divisor` (not 0), truncated towards zero, lies in the range. */
export function dividendRange(quotient: Range, divisor: number): Range {
  if (divisor < 0) return dividendRange({ lo: -quotient.hi, hi: -quotient.lo }, -divisor);
  const { lo, hi } = quotient;
  return {
    lo: lowEnd(lo > 0 ? lo * divisor : lo * divisor - (divisor - 1)),
    hi: highEnd(hi < 0 ? hi * divisor : hi * divisor + (divisor - 1)),
  };
}
