import type { Tap } from './tap.js';
import { accessCount, product } from './tap.js';
import { TapError } from './tap-error.js';

/** What visits leave behind, one entry per element of the tensor in row-major order. */
export interface AccessMaps {
  /** The number of the last visit, from 0; -1 where there was none. */
  readonly order: Int32Array | Float64Array;
  /** How many visits. */
  readonly count: Uint32Array | Float64Array;
  readonly accesses: number;
  /** Elements with a visit. */
  readonly touched: number;
  readonly maxCount: number;
  readonly maxOrder: number;
}

/** A gigabyte of maps; more than any device addresses. */
export const MOST_MAPPED_ELEMENTS = 2 ** 27;

/** The maps of patterns visited one after another. Throws TapError too_large beyond 2^27 elements. */
export function accessMaps(tensor: readonly number[], taps: readonly Tap[]): AccessMaps {
  const total = product(tensor);
  if (total > MOST_MAPPED_ELEMENTS) {
    throw new TapError('too_large', `maps of ${total} elements are more than ${MOST_MAPPED_ELEMENTS}`);
  }
  const accesses = taps.reduce((sum, tap) => sum + accessCount(tap), 0);
  const fits = accesses < 2 ** 31;
  const order = fits ? new Int32Array(total) : new Float64Array(total);
  const count = fits ? new Uint32Array(total) : new Float64Array(total);
  order.fill(-1);
  let visit = 0;
  for (const tap of taps) {
    forEachRow(tap, (start, stride, length) => {
      for (let i = 0, at = start; i < length; i += 1, at += stride) {
        order[at] = visit;
        count[at] = (count[at] ?? 0) + 1;
        visit += 1;
      }
    });
  }
  let touched = 0;
  let maxCount = 0;
  for (const one of count) {
    if (one > 0) touched += 1;
    if (one > maxCount) maxCount = one;
  }
  return { order, count, accesses, touched, maxCount, maxOrder: accesses - 1 };
}

/** Calls `visit` for every pass through the innermost dimension, in order. */
export function forEachRow(
  { offset, sizes, strides }: Pick<Tap, 'offset' | 'sizes' | 'strides'>,
  visit: (start: number, stride: number, length: number) => void,
): void {
  const inner = sizes.length - 1;
  const walk = (dim: number, start: number): void => {
    const size = sizes[dim] ?? 1;
    const stride = strides[dim] ?? 0;
    if (dim >= inner) visit(start, stride, size);
    else for (let i = 0; i < size; i += 1) walk(dim + 1, start + i * stride);
  };
  walk(0, offset);
}
