import { InvalidArgumentError } from 'commander';

/** Reads an option that may repeat. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** Reads a whole number from `least` on. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^[0-9]+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`It is a whole number from ${least}`);
    }
    return value;
  };
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Reads bytes: a whole number, or one with K, M, G or T (powers of 1024), as `512M` or `512MiB`. */
export function byteCount(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,15})(?:([kmgt])(?:i?b)?)?$/i.exec(text) ?? [];
  const bytes = Number(digits) * (UNITS[unit.toLowerCase()] ?? 1);
  if (digits === '' || !Number.isSafeInteger(bytes)) {
    throw new InvalidArgumentError('It is a number of bytes, such as 536870912 or 512M');
  }
  return bytes;
}

/** Reads a positive number. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !(value > 0)) throw new InvalidArgumentError('It is a number above 0');
  return value;
}
