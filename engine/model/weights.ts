import { addExact, multiplyExact } from '../base/int.js';
import type { ObjectiveLevel } from './model.js';

/** More decimals than policies write; beyond it a level is computed in doubles. */
const LARGEST_SCALE = 1_000_000;

/**
 * The smallest power of ten that makes every weight of a level an integer, or null.
 * With it a level's value is an integer divided by the scale, so that equal values compare equal.
 */
export function weightScale(level: ObjectiveLevel): number | null {
  for (let scale = 1; scale <= LARGEST_SCALE; scale *= 10) {
    if (level.soft.every(({ weight }) => scaledWeight(weight, scale) !== null)) return scale;
  }
  return null;
}

/** weight * scale as an integer, or null where it is none. */
export function scaledWeight(weight: number, scale: number): number | null {
  const scaled = Math.round(weight * scale);
  return Number.isSafeInteger(scaled) && scaled / scale === weight ? scaled + 0 : null;
}

/** Weighted sum of the soft values of one level (values in the order of `level.soft`). Throws UnsafeIntegerError. */
export function levelValue(level: ObjectiveLevel, values: readonly number[]): number {
  const scale = weightScale(level);
  let total = 0;
  level.soft.forEach(({ weight }, index) => {
    const value = values[index] ?? 0;
    if (scale === null) total += weight * value;
    else total = addExact(total, multiplyExact(Math.round(weight * scale), value));
  });
  return scale === null ? total : total / scale;
}
