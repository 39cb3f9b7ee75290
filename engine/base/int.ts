/** An integer computation left the range in which doubles are exact (2^53 - 1). */
export class UnsafeIntegerError extends Error {
  override readonly name = 'UnsafeIntegerError';
}

function checked(value: number, what: string): number {
  if (!Number.isSafeInteger(value)) throw new UnsafeIntegerError(`${what} leaves the exact integer range`);
  return value;
}

export function addExact(a: number, b: number): number {
  return checked(a + b, `${a} + ${b}`);
}

export function multiplyExact(a: number, b: number): number {
  // 0 * -1 is -0 in a double; an integer has one zero.
  return checked(a * b, `${a} * ${b}`) + 0;
}
