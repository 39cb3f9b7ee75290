import type { Loop } from './coalesce.js';
import { coalesce } from './coalesce.js';
import type { DescriptorLimits } from './descriptor-limits.js';
import { WORD_BYTES } from './descriptor-limits.js';
import type { MisfitReason } from './fit-descriptor.js';
import { fitDescriptor } from './fit-descriptor.js';
import type { Tap } from './tap.js';
import { createTap, product } from './tap.js';

/** What becomes of a pattern on a kind of tile. */
export type Decomposition =
  /** Patterns that fit one descriptor each and together make the same visits in the same order. */
  | { readonly kind: 'parts'; readonly parts: readonly Tap[] }
  /** More than were asked for at most. */
  | { readonly kind: 'too_many'; readonly count: number }
  /** No descriptors make these visits, as they are not of whole words. */
  | { readonly kind: 'impossible'; readonly reasons: readonly MisfitReason[] };

export interface DecomposeOptions {
  readonly limits: DescriptorLimits;
  readonly elementBytes: number;
  /** Most parts that are made; 65,536 where it is left out. */
  readonly mostParts?: number;
}

/**
 * Descriptors for a pattern. One that fits as it is written stays so. Else its loops are joined where they are one, put
 * into the places of a descriptor, cut in two where a place is too small, and what is left outside becomes several
 * descriptors, one after another.
 */
export function decompose(tap: Tap, options: DecomposeOptions): Decomposition {
  const { limits, elementBytes, mostParts = 65_536 } = options;
  const asWritten = fitDescriptor(tap, limits, elementBytes);
  if (asWritten.fits && !asWritten.splitsWords) return { kind: 'parts', parts: [tap] };
  const { offset, loops } = coalesce(tap);
  const isWhole = (elements: number): boolean => (elements * elementBytes) % WORD_BYTES === 0;
  for (let outside = 0; outside <= loops.length; outside += 1) {
    const around = loops.slice(0, outside);
    const [cut, ...inside] = loops.slice(outside);
    const pieces = piecesOf(cut ?? { size: 1, stride: 1 }, inside, options);
    if (pieces === null) continue;
    const moved = pieces.length > 1 && cut !== undefined ? [...around, cut] : around;
    if (!isWhole(offset) || moved.some(({ stride }) => !isWhole(stride))) break;
    const count = product(around.map(({ size }) => size)) * pieces.length;
    if (count > mostParts) return { kind: 'too_many', count };
    const parts: Tap[] = [];
    forEachStart(offset, around, (start) => {
      for (const piece of pieces) {
        parts.push(
          createTap({
            tensor: tap.tensor,
            offset: start + piece.from * (cut?.stride ?? 0),
            sizes: piece.slots.map(({ size }) => size),
            strides: piece.slots.map(({ stride }) => stride),
          }),
        );
      }
    });
    return { kind: 'parts', parts };
  }
  const reasons = asWritten.splitsWords ? [...asWritten.reasons, 'd0_splits_words'] : asWritten.reasons;
  return { kind: 'impossible', reasons };
}

interface Piece {
  /** Index in the loop that is cut. */
  readonly from: number;
  readonly slots: readonly Loop[];
}

/** A loop and those inside it, cut into as long pieces as fit; null where not even one run through it fits. */
function piecesOf(cut: Loop, inside: readonly Loop[], options: DecomposeOptions): readonly Piece[] | null {
  const pieces: Piece[] = [];
  for (let from = 0; from < cut.size;) {
    const piece = longestPiece(cut, cut.size - from, inside, options);
    if (piece === null) return null;
    pieces.push({ from, slots: piece.slots });
    from += piece.size;
  }
  return pieces;
}

function longestPiece(
  cut: Loop,
  left: number,
  inside: readonly Loop[],
  options: DecomposeOptions,
): { size: number; slots: readonly Loop[] } | null {
  const slotsFor = (size: number): readonly Loop[] | null =>
    placeLoops(size === 1 ? inside : [{ ...cut, size }, ...inside], options);
  // Where a piece of several turns fits, the shortest one of whole words does, too.
  const least = Math.max(2, WORD_BYTES / options.elementBytes);
  const isSingle = left > least && slotsFor(least) === null;
  // What no other place takes whole can only stand in the iteration.
  const sizes = isSingle ? [1] : [left, ...countDown(Math.min(left - 1, options.limits.iterations))];
  for (const size of sizes) {
    const slots = slotsFor(size);
    if (slots !== null) return { size, slots };
  }
  return null;
}

const countDown = (from: number): readonly number[] =>
  Array.from({ length: Math.max(0, from) }, (_one, i) => from - i);

const FREE: Loop = { size: 1, stride: 0 };

/** Loops in the places of a descriptor, the iteration first; null where they do not fit. */
function placeLoops(
  loops: readonly Loop[],
  { limits, elementBytes }: DecomposeOptions,
): readonly Loop[] | null {
  const isFit = (slots: readonly Loop[]): boolean => {
    const [sizes, strides] = [slots.map(({ size }) => size), slots.map(({ stride }) => stride)];
    const { fits, splitsWords } = fitDescriptor({ offset: 0, sizes, strides }, limits, elementBytes);
    return fits && !splitsWords;
  };
  const words = (elements: number): number => (elements * elementBytes) / WORD_BYTES;
  /** Whether a loop can stand in a place at all, so that hopeless places are left early. */
  const mayStand = ({ size, stride }: Loop, place: number, placed: readonly Loop[]): boolean => {
    if (place === 0) return stride === 1 || (elementBytes === WORD_BYTES && stride > 0);
    if (place === limits.dims) return size <= limits.iterations;
    // A run longer than a wrap stands alone.
    if (words(placed[0]?.size ?? 1) > limits.wrap) return false;
    return stride > 0 && (place > 1 || size <= limits.wrap) && words(stride) <= limits.stepWords;
  };
  /** Fills places from d0 outwards; both lists are innermost first. */
  const fill = (placed: readonly Loop[], rest: readonly Loop[]): readonly Loop[] | null => {
    const [loop, ...others] = rest;
    const place = placed.length;
    const free = limits.dims + 1 - place;
    if (loop === undefined) {
      const slots = [...placed, ...Array.from({ length: free }, () => FREE)].toReversed();
      return isFit(slots) ? slots : null;
    }
    if (rest.length > free) return null;
    if (mayStand(loop, place, placed)) {
      const whole = fill([...placed, loop], others);
      if (whole !== null) return whole;
    }
    for (const size of rest.length === free ? [] : divisors(loop.size, limits.wrap)) {
      const inner = { size, stride: loop.stride };
      if (!mayStand(inner, place, placed)) continue;
      const outer = { size: loop.size / size, stride: loop.stride * size };
      const cut = fill([...placed, inner], [outer, ...others]);
      if (cut !== null) return cut;
    }
    return fill([...placed, place === 0 ? { size: 1, stride: 1 } : FREE], rest);
  };
  return fill([], loops.toReversed());
}

/** Divisors of a number that are neither 1 nor itself, the largest first, none above `most`. */
function divisors(number: number, most: number): readonly number[] {
  const found = new Set<number>();
  for (let low = 2; low * low <= number && low <= most; low += 1) {
    if (number % low !== 0) continue;
    found.add(low);
    if (number / low <= most) found.add(number / low);
  }
  return [...found].sort((a, b) => b - a);
}

function forEachStart(offset: number, loops: readonly Loop[], visit: (start: number) => void): void {
  const [loop, ...others] = loops;
  if (loop === undefined) visit(offset);
  else for (let i = 0; i < loop.size; i += 1) forEachStart(offset + i * loop.stride, others, visit);
}
