/** An integer computation left the range in which doubles are exact (2^53 - 1). */
export class UnsafeIntegerError extends Error {
  override readonly name = 'UnsafeIntegerError';
}

export function addExact(a: number, b: number): number {
  const sum = a + b;
  if (!Number.isSafeInteger(sum)) throw outside(`${a} + ${b}`);
  return sum;
}

export function multiplyExact(a: number, b: number): number {
  const product = a * b;
  if (!Number.isSafeInteger(product)) throw outside(`${a} * ${b}`);
  // 0 * -1 is -0 in a double; an integer has one zero.
  return product + 0;
}

const outside = (what: string): UnsafeIntegerError =>
  new UnsafeIntegerError(`${what} leaves the exact integer range`);

/** The largest integer that is at most a / b, for b > 0. Throws UnsafeIntegerError. */
export function floorDivide(a: number, b: number): number {
  const rest = a % b;
  return addExact(a, -(rest < 0 ? rest + b : rest)) / b + 0;
}

/** The smallest integer that is at least a / b, for b > 0. Throws UnsafeIntegerError. */
export const ceilDivide = (a: number, b: number): number => -floorDivide(-a, b) + 0;
