import { must } from '../../../base/assert.js';
import type { Loops } from './coalesce.js';
import { coalesce, joinLoops } from './coalesce.js';
import type { Tap } from './tap.js';
import { accessCount, sameNumbers } from './tap.js';
import type { TapSequence } from './tap-sequence.js';

/** The same visits to one tensor in the same order. Takes time in the number of dimensions, not of visits. */
export function accessEquivalent(a: Tap, b: Tap): boolean {
  return sameNumbers(a.tensor, b.tensor) && sameLoops(coalesce(a), coalesce(b));
}

/**
 * The same for sequences, wherever one pattern ends and the next begins. Patterns that follow each other at one distance
 * are compared as one; what is left is compared by runs, so time is at most in half the number of visits.
 */
export function sequencesEquivalent(a: TapSequence, b: TapSequence): boolean {
  if (!sameNumbers(a.tensor, b.tensor)) return false;
  const visits = ({ taps }: TapSequence): number => taps.reduce((sum, tap) => sum + accessCount(tap), 0);
  if (visits(a) !== visits(b)) return false;
  const [left, right] = [a, b].map(({ taps }) => joinPatterns(taps.map(coalesce)));
  const leftAll = must(left, 'patterns of the first sequence');
  const rightAll = must(right, 'patterns of the second sequence');
  if (leftAll.length === rightAll.length && leftAll.every((one, i) => sameLoops(one, rightAll[i])))
    return true;
  // A single pattern has only one form.
  if (leftAll.length <= 1 && rightAll.length <= 1) return false;
  return sameRuns(leftAll, rightAll);
}

function sameLoops(a: Loops, b: Loops | undefined): boolean {
  return (
    b !== undefined &&
    a.offset === b.offset &&
    a.loops.length === b.loops.length &&
    a.loops.every((loop, i) => loop.size === b.loops[i]?.size && loop.stride === b.loops[i].stride)
  );
}

/** Patterns with the same loops, each as far behind the one before, become one; again until nothing changes. */
function joinPatterns(patterns: readonly Loops[]): readonly Loops[] {
  let all = patterns;
  for (;;) {
    const joined: Loops[] = [];
    for (let from = 0; from < all.length;) {
      const first = must(all[from], 'the first pattern');
      const step = (all[from + 1]?.offset ?? -1) - first.offset;
      let to = from + 1;
      const follows = (one: Loops | undefined): boolean =>
        one !== undefined &&
        sameLoops({ ...first, offset: first.offset + (to - from) * step }, one) &&
        step >= 0;
      while (follows(all[to])) to += 1;
      const loops =
        to === from + 1 ? first.loops : joinLoops([{ size: to - from, stride: step }, ...first.loops]);
      joined.push({ offset: first.offset, loops });
      from = to;
    }
    if (joined.length === all.length) return all;
    all = joined;
  }
}

interface Run {
  readonly start: number;
  readonly stride: number;
  readonly length: number;
}

/** Passes through the innermost loops, in order. */
function* passes(patterns: readonly Loops[]): Generator<Run, void> {
  for (const { offset, loops } of patterns) {
    const inner = loops.at(-1) ?? { size: 1, stride: 0 };
    const outer = loops.slice(0, -1);
    const index = outer.map(() => 0);
    let start = offset;
    for (;;) {
      yield { start, stride: inner.stride, length: inner.size };
      let dim = outer.length - 1;
      for (; dim >= 0; dim -= 1) {
        const { size, stride } = must(outer[dim], 'a loop');
        const next = (index[dim] ?? 0) + 1;
        if (next < size) {
          index[dim] = next;
          start += stride;
          break;
        }
        index[dim] = 0;
        start -= (size - 1) * stride;
      }
      if (dim < 0) break;
    }
  }
}

/** Longest runs at one distance, taken from the left: the same for the same visits, however they are made. */
function* longestRuns(patterns: readonly Loops[]): Generator<Run, void> {
  let run: Run | null = null;
  for (const pass of passes(patterns)) {
    const { stride } = pass;
    let { start, length } = pass;
    if (run !== null) {
      const step: number = run.length === 1 ? start - run.start : run.stride;
      if (run.start + run.length * step !== start) {
        yield run;
        run = null;
      } else if (length === 1 || stride === step) {
        run = { start: run.start, stride: step, length: run.length + length };
        continue;
      } else {
        yield { start: run.start, stride: step, length: run.length + 1 };
        start += stride;
        length -= 1;
      }
    }
    run = { start, stride: length === 1 ? 0 : stride, length };
  }
  if (run !== null) yield run;
}

function sameRuns(a: readonly Loops[], b: readonly Loops[]): boolean {
  const right = longestRuns(b);
  for (const run of longestRuns(a)) {
    const { value } = right.next();
    if (value === undefined) return false;
    if (run.start !== value.start || run.length !== value.length || run.stride !== value.stride) return false;
  }
  return right.next().done === true;
}
