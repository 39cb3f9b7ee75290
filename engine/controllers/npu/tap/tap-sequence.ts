import { must } from '../../../base/assert.js';
import type { Tap } from './tap.js';
import { createTap, sameNumbers, tensorDims } from './tap.js';
import { TapError } from './tap-error.js';

/** Access patterns over one tensor, visited one after another. */
export interface TapSequence {
  readonly tensor: readonly number[];
  readonly taps: readonly Tap[];
}

/** A constant, or what it is at a step; `previous` is its value one step before, null at first. */
export type Stepped<T> = T | ((step: number, previous: T | null) => T);

export interface SequencePlan {
  readonly tensor: readonly number[];
  /** How many patterns. */
  readonly steps: number;
  readonly offset?: Stepped<number> | undefined;
  readonly sizes?: Stepped<readonly number[]> | undefined;
  readonly strides?: Stepped<readonly number[]> | undefined;
}

/** A sequence made step by step; without steps nothing else may be given. Throws TapError. */
export function createSequence({ tensor, steps, offset, sizes, strides }: SequencePlan): TapSequence {
  const dims = tensorDims(tensor);
  if (!Number.isSafeInteger(steps) || steps < 0) {
    throw new TapError('repeat_lt_1', `a sequence has no ${steps} patterns`);
  }
  if (steps === 0) {
    if (offset !== undefined || sizes !== undefined || strides !== undefined) {
      throw new TapError('empty_sequence', 'a sequence without patterns takes no offset, sizes or strides');
    }
    return { tensor: dims, taps: [] };
  }
  if (sizes === undefined || strides === undefined) {
    throw new TapError('empty_sizes', 'a sequence needs the sizes and strides of its patterns');
  }
  const taps: Tap[] = [];
  type Given = Pick<Tap, 'offset' | 'sizes' | 'strides'>;
  const given: Given[] = [];
  for (let step = 0; step < steps; step += 1) {
    const before = given.at(-1);
    const now: Given = {
      offset: valueAt<number>(offset ?? 0, step, before?.offset ?? null),
      sizes: valueAt(sizes, step, before?.sizes ?? null),
      strides: valueAt(strides, step, before?.strides ?? null),
    };
    taps.push(createTap({ tensor: dims, ...now }));
    given.push(now);
  }
  return { tensor: dims, taps };
}

/** A sequence of patterns that are there, one at least, all over one tensor. Throws TapError. */
export function sequenceOf(taps: readonly Tap[]): TapSequence {
  const [first] = taps;
  if (first === undefined) throw new TapError('empty_sequence', 'a sequence of no patterns has no tensor');
  for (const tap of taps) expectTensor(first.tensor, tap);
  return { tensor: first.tensor, taps: [...taps] };
}

/** The sequence with a pattern before the one at `at`; at its length, behind the last. Throws TapError. */
export function insertTap(sequence: TapSequence, at: number, tap: Tap): TapSequence {
  expectTensor(sequence.tensor, tap);
  if (!Number.isSafeInteger(at) || at < 0 || at > sequence.taps.length) {
    throw new TapError('axis', `a sequence of ${sequence.taps.length} patterns has no place ${at}`);
  }
  return { ...sequence, taps: [...sequence.taps.slice(0, at), tap, ...sequence.taps.slice(at)] };
}

/** The sequence with a pattern behind the last. Throws TapError. */
export const appendTap = (sequence: TapSequence, tap: Tap): TapSequence =>
  insertTap(sequence, sequence.taps.length, tap);

/** The same patterns in the same order. */
export function sameSequence(a: TapSequence, b: TapSequence, same: (a: Tap, b: Tap) => boolean): boolean {
  return (
    sameNumbers(a.tensor, b.tensor) &&
    a.taps.length === b.taps.length &&
    a.taps.every((tap, i) => same(tap, must(b.taps[i], 'a pattern of the other sequence')))
  );
}

function valueAt<T>(value: Stepped<T>, step: number, previous: T | null): T {
  return typeof value === 'function'
    ? (value as (step: number, previous: T | null) => T)(step, previous)
    : value;
}

function expectTensor(tensor: readonly number[], tap: Tap): void {
  if (sameNumbers(tensor, tap.tensor)) return;
  const shown = [tap.tensor, tensor].map((dims) => dims.join('x'));
  throw new TapError(
    'other_tensor',
    `a pattern over ${shown[0] ?? ''} is no part of a sequence over ${shown[1] ?? ''}`,
  );
}
