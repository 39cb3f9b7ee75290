import { coalesce } from './coalesce.js';
import type { Tap } from './tap.js';
import { createTap } from './tap.js';
import { TapError } from './tap-error.js';

interface View {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly offset?: number;
}

const withView = (tap: Tap, view: View): Tap =>
  createTap({
    tensor: tap.tensor,
    offset: view.offset ?? tap.offset,
    sizes: view.sizes,
    strides: view.strides,
  });

/** Dimension i of the result is dimension `axes[i]`. Throws TapError axis. */
export function permute(tap: Tap, axes: readonly number[]): Tap {
  const sorted = [...axes].sort((a, b) => a - b);
  if (sorted.length !== tap.sizes.length || sorted.some((axis, i) => axis !== i)) {
    throw new TapError('axis', `${axes.join(', ')} is no order of ${tap.sizes.length} dimensions`);
  }
  return withView(tap, {
    sizes: axes.map((axis) => tap.sizes[axis] ?? 1),
    strides: axes.map((axis) => tap.strides[axis] ?? 0),
  });
}

/** Makes dimension `dim` of size n two: n / inner, and `inner` inside. Throws TapError axis, size_lt_1, indivisible. */
export function split(tap: Tap, dim: number, inner: number): Tap {
  const { size, stride } = dimension(tap, dim);
  if (!Number.isSafeInteger(inner) || inner < 1)
    throw new TapError('size_lt_1', `the size ${inner} is below 1`);
  if (size % inner !== 0)
    throw new TapError('indivisible', `${inner} does not divide the dimension of ${size}`);
  return replaceDims(tap, dim, 1, [
    { size: size / inner, stride: stride * inner },
    { size: inner, stride },
  ]);
}

/** Makes dimensions `dim` and `dim + 1` one. Throws TapError axis, not_contiguous. */
export function merge(tap: Tap, dim: number): Tap {
  const outer = dimension(tap, dim);
  const inner = dimension(tap, dim + 1);
  if (outer.size !== 1 && outer.stride !== inner.size * inner.stride) {
    throw new TapError(
      'not_contiguous',
      `a step of ${outer.stride} does not follow ${inner.size} steps of ${inner.stride}`,
    );
  }
  return replaceDims(tap, dim, 2, [{ size: outer.size * inner.size, stride: inner.stride }]);
}

/** The whole view so many times: a new outermost dimension of stride 0. Throws TapError repeat_lt_1. */
export function repeat(tap: Tap, count: number): Tap {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new TapError('repeat_lt_1', `a view is walked once at least, not ${count} times`);
  }
  return withView(tap, { sizes: [count, ...tap.sizes], strides: [0, ...tap.strides] });
}

/** Divides every dimension into tiles: first the dimensions of the grid, then those of a tile. Throws TapError. */
export function tile(tap: Tap, sizes: readonly number[]): Tap {
  if (sizes.length !== tap.sizes.length) {
    throw new TapError('rank', `a tile of ${sizes.length} dimensions does not divide ${tap.sizes.length}`);
  }
  const rank = sizes.length;
  const cut = sizes.reduce((view, size, dim) => split(view, 2 * dim, size), tap);
  const grid = Array.from({ length: rank }, (_one, dim) => 2 * dim);
  return permute(cut, [...grid, ...grid.map((dim) => dim + 1)]);
}

/** From `start` every `step`-th index of a dimension, up to `stop` (exclusive). Throws TapError axis, out_of_bounds. */
export function slice(tap: Tap, dim: number, start: number, stop: number, step = 1): Tap {
  const { size, stride } = dimension(tap, dim);
  const isRange = [start, stop, step].every(Number.isSafeInteger) && start >= 0 && start < stop && step >= 1;
  if (!isRange || stop > size) {
    throw new TapError(
      'out_of_bounds',
      `${start} to ${stop} by ${step} is no part of a dimension of ${size}`,
    );
  }
  return replaceDims(
    tap,
    dim,
    1,
    [{ size: Math.ceil((stop - start) / step), stride: stride * step }],
    tap.offset + start * stride,
  );
}

/** Inserts a dimension of size 1 before `dim`; at the rank, behind the last. Throws TapError axis. */
export function unsqueeze(tap: Tap, dim: number): Tap {
  if (dim !== tap.sizes.length) dimension(tap, dim);
  return replaceDims(tap, dim, 0, [{ size: 1, stride: 0 }]);
}

/** Removes a dimension of size 1. Throws TapError axis, size_lt_1 where the size is another. */
export function squeeze(tap: Tap, dim: number): Tap {
  const { size } = dimension(tap, dim);
  if (size !== 1) throw new TapError('not_contiguous', `a dimension of ${size} cannot be left out`);
  if (tap.sizes.length === 1) throw new TapError('empty_sizes', 'the last dimension cannot be left out');
  return replaceDims(tap, dim, 1, []);
}

/** Makes a dimension of size 1 visit the same element `size` times. Throws TapError axis, not_contiguous. */
export function broadcast(tap: Tap, dim: number, size: number): Tap {
  const { size: before } = dimension(tap, dim);
  if (before !== 1) throw new TapError('not_contiguous', `a dimension of ${before} cannot be broadcast`);
  return replaceDims(tap, dim, 1, [{ size, stride: 0 }]);
}

/** The same visits in as few dimensions as can be, one at least. */
export function coalesced(tap: Tap): Tap {
  const { loops } = coalesce(tap);
  const dims = loops.length === 0 ? [{ size: 1, stride: 1 }] : loops;
  return withView(tap, { sizes: dims.map(({ size }) => size), strides: dims.map(({ stride }) => stride) });
}

function dimension(tap: Tap, dim: number): { size: number; stride: number } {
  const size = tap.sizes[dim];
  const stride = tap.strides[dim];
  if (size === undefined || stride === undefined) {
    throw new TapError('axis', `a view of ${tap.sizes.length} dimensions has no dimension ${dim}`);
  }
  return { size, stride };
}

function replaceDims(
  tap: Tap,
  dim: number,
  removed: number,
  added: readonly { size: number; stride: number }[],
  offset = tap.offset,
): Tap {
  return withView(tap, {
    sizes: tap.sizes.toSpliced(dim, removed, ...added.map(({ size }) => size)),
    strides: tap.strides.toSpliced(dim, removed, ...added.map(({ stride }) => stride)),
    offset,
  });
}
