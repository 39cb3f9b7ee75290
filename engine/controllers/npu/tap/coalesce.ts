import type { Tap } from './tap.js';

/** One loop of a pattern. */
export interface Loop {
  readonly size: number;
  readonly stride: number;
}

/** An offset and nested loops, outermost first; none for a single visit. */
export interface Loops {
  readonly offset: number;
  readonly loops: readonly Loop[];
}

/**
 * The only form of a pattern without loops of size 1 and without two loops that are one.
 *
 * Two patterns make the same visits in the same order exactly if their forms are the same: with loops (n, s) and (m, t)
 * around it, the first step that is not t comes after m visits, as s is not m * t; so the sequence tells m and t, and
 * what is visited at multiples of m tells the rest.
 */
export function coalesce({ offset, sizes, strides }: Pick<Tap, 'offset' | 'sizes' | 'strides'>): Loops {
  return {
    offset,
    loops: joinLoops(sizes.map((size, i) => ({ size, stride: strides[i] ?? 0 }))),
  };
}

/** Loops without those of size 1, and with those joined that are one. */
export function joinLoops(all: readonly Loop[]): readonly Loop[] {
  const loops: Loop[] = [];
  for (const { size, stride } of all) {
    if (size === 1) continue;
    const outer = loops.at(-1);
    if (outer !== undefined && outer.stride === size * stride) {
      loops[loops.length - 1] = { size: outer.size * size, stride };
    } else loops.push({ size, stride });
  }
  return loops;
}
