import { TapError } from './tap-error.js';

/**
 * A tensor access pattern: which elements of a tensor are visited, in which order (thesis 7.3).
 * All numbers count elements of the tensor in row-major order; lists are outermost first.
 * INVARIANT: made by `createTap`, so every visit lies inside the tensor.
 */
export interface Tap {
  /** Two dimensions at least; a tensor of one dimension is 1 x n. */
  readonly tensor: readonly number[];
  readonly offset: number;
  readonly sizes: readonly number[];
  /** As long as `sizes`; cleaned (see `cleanStrides`). */
  readonly strides: readonly number[];
}

/** What a pattern is made of, as a user gives it. */
export interface TapParts {
  readonly tensor: readonly number[];
  readonly offset?: number | undefined;
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
}

export const product = (numbers: readonly number[]): number => numbers.reduce((all, one) => all * one, 1);

/** A pattern, checked and with clean strides. Throws TapError. */
export function createTap({ tensor, offset = 0, sizes, strides }: TapParts): Tap {
  const dims = tensorDims(tensor);
  const total = product(dims);
  expectWhole('offset', [offset]);
  if (offset < 0) throw new TapError('offset_negative', `the offset ${offset} is negative`);
  if (offset >= total) {
    throw new TapError('offset_too_large', `the offset ${offset} lies behind the last of ${total} elements`);
  }
  if (sizes.length === 0) throw new TapError('empty_sizes', 'an access pattern has one dimension at least');
  if (sizes.length !== strides.length) {
    throw new TapError('len_mismatch', `${sizes.length} sizes stand beside ${strides.length} strides`);
  }
  expectWhole('sizes', sizes);
  expectWhole('strides', strides);
  const small = sizes.find((size) => size < 1);
  if (small !== undefined) throw new TapError('size_lt_1', `the size ${small} is below 1`);
  const negative = strides.find((stride) => stride < 0);
  if (negative !== undefined) throw new TapError('stride_negative', `the stride ${negative} is negative`);
  const last = offset + sizes.reduce((sum, size, i) => sum + (size - 1) * (strides[i] ?? 0), 0);
  if (last >= total) {
    throw new TapError('out_of_bounds', `the pattern visits element ${last} of a tensor of ${total}`, {
      max_index: last,
      total,
    });
  }
  if (!Number.isSafeInteger(product(sizes))) {
    throw new TapError('too_large', 'the pattern visits more elements than can be counted');
  }
  return { tensor: dims, offset, sizes: [...sizes], strides: cleanStrides(sizes, strides) };
}

/** The dimensions of a tensor, two at least; `rank` asks for exactly so many. Throws TapError. */
export function tensorDims(dims: readonly number[], rank: number | null = null): readonly number[] {
  if (dims.length === 0) throw new TapError('empty_dims', 'a tensor has one dimension at least');
  if (rank !== null && dims.length !== rank) {
    throw new TapError('rank', `${rank} dimensions are asked for, not ${dims.length}`);
  }
  expectWhole('dimensions', dims);
  const small = dims.find((dim) => dim < 1);
  if (small !== undefined) throw new TapError('dim_lt_1', `the dimension ${small} is below 1`);
  if (!Number.isSafeInteger(product(dims))) {
    throw new TapError('too_large', 'the tensor has more elements than can be counted');
  }
  return dims.length === 1 ? [1, ...dims] : [...dims];
}

/** Strides in which what has no effect is 0: those of size 1 before the first larger size, but the last one. */
export function cleanStrides(sizes: readonly number[], strides: readonly number[]): readonly number[] {
  const firstLarge = sizes.findIndex((size) => size > 1);
  const end = Math.min(firstLarge === -1 ? sizes.length : firstLarge, sizes.length - 1);
  return strides.map((stride, i) => (i < end ? 0 : stride));
}

/** The pattern that visits a whole tensor in row-major order, in as many dimensions as the tensor has. */
export function wholeTensor(tensor: readonly number[]): Tap {
  const dims = tensorDims(tensor);
  return createTap({ tensor: dims, sizes: dims, strides: rowMajorStrides(dims) });
}

/** What one step in each dimension of a tensor is in elements. */
export function rowMajorStrides(dims: readonly number[]): readonly number[] {
  return dims.map((_dim, i) => product(dims.slice(i + 1)));
}

/** How many visits a pattern makes. */
export const accessCount = ({ sizes }: Tap): number => product(sizes);

/** The same tensor, offset, sizes and clean strides. */
export function strictlyEqual(a: Tap, b: Tap): boolean {
  return (
    a.offset === b.offset &&
    sameNumbers(a.tensor, b.tensor) &&
    sameNumbers(a.sizes, b.sizes) &&
    sameNumbers(a.strides, b.strides)
  );
}

export const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((one, i) => one === b[i]);

function expectWhole(what: string, numbers: readonly number[]): void {
  const bad = numbers.find((one) => !Number.isSafeInteger(one));
  if (bad !== undefined) throw new TapError('not_an_integer', `the ${what} hold ${bad}, no whole number`);
}
