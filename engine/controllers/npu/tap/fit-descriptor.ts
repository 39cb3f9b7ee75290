import { must } from '../../../base/assert.js';
import type { Loop } from './coalesce.js';
import { joinLoops } from './coalesce.js';
import type { DescriptorLimits } from './descriptor-limits.js';
import { WORD_BYTES } from './descriptor-limits.js';
import type { Tap } from './tap.js';

/**
 * Why a pattern is no descriptor: `too_many_dims`, `offset_alignment`, `d0_alignment` (d0 is no whole words), `d0_wrap`,
 * `d1_zero_stride`, `d2_step`, `d1_stride_alignment`, `d0_wide_stride` (elements of more than a word that do not follow
 * each other), `iterations`, `iteration_step`, ...
 */
export type MisfitReason = string;

export interface DescriptorFit {
  readonly fits: boolean;
  readonly reasons: readonly MisfitReason[];
  /**
   * True where the hardware does not do what the pattern says although the compiler takes it: elements smaller than a
   * word that do not follow each other are moved in whole words.
   */
  readonly splitsWords: boolean;
}

/** Whether one descriptor holds the dimensions of a pattern as they are written. */
export function fitDescriptor(
  { offset, sizes, strides }: Pick<Tap, 'offset' | 'sizes' | 'strides'>,
  limits: DescriptorLimits,
  elementBytes: number,
): DescriptorFit {
  const reasons: MisfitReason[] = [];
  const isWhole = (elements: number): boolean => (elements * elementBytes) % WORD_BYTES === 0;
  const words = (elements: number): number => (elements * elementBytes) / WORD_BYTES;
  const slots = slotsOf(sizes, strides, limits.dims + 1);
  if (!isWhole(offset)) reasons.push('offset_alignment');
  const [iteration, ...inner] = slots ?? [];
  if (iteration === undefined)
    return { fits: false, reasons: [...reasons, 'too_many_dims'], splitsWords: false };
  // d0 first.
  const dims = inner.toReversed();
  const isLinear = isOneRun(inner, limits.foldsContiguous);
  const d0 = must(dims[0], 'the innermost dimension');
  if (!isWhole(d0.size)) reasons.push('d0_alignment');
  if (elementBytes > WORD_BYTES && d0.size > 1 && d0.stride !== 1) reasons.push('d0_wide_stride');
  for (const [i, { size, stride }] of dims.entries()) {
    if (size > 1 && stride === 0) reasons.push(`d${i}_zero_stride`);
    if (!(i === 0 && stride === 1) && !isWhole(stride)) reasons.push(`d${i}_stride_alignment`);
    // Neighbours one element apart step by one word, as d0 counts words.
    else if (size > 1 && !(i === 0 && stride === 1) && words(stride) > limits.stepWords)
      reasons.push(`d${i}_step`);
    if (isLinear) continue;
    const used = i === 0 ? words(size) : size;
    if (isCounted(i, dims) && used > limits.wrap) reasons.push(`d${i}_wrap`);
  }
  if (!isWhole(iteration.stride)) reasons.push('iteration_stride_alignment');
  else if (iteration.size > 1 && words(iteration.stride) > limits.stepWords) reasons.push('iteration_step');
  if (iteration.size > limits.iterations) reasons.push('iterations');
  const splitsWords = elementBytes < WORD_BYTES && d0.size > 1 && d0.stride !== 1;
  return { fits: reasons.length === 0, reasons, splitsWords };
}

/** Whether a descriptor stores the size of a dimension: that of the last follows from the length of the transfer. */
function isCounted(dim: number, dims: readonly Loop[]): boolean {
  if (dim < 2) return true;
  return dims.slice(dim + 1).some(({ size }) => size > 1);
}

/** One run of neighbours: written so, or where several dimensions count as one. */
function isOneRun(inner: readonly Loop[], foldsContiguous: boolean): boolean {
  const [d0, ...others] = inner.toReversed();
  if (d0?.stride !== 1) return false;
  if (others.every(({ size }) => size === 1)) return true;
  const joined = foldsContiguous ? joinLoops(inner) : [];
  return joined.length === 1 && joined[0]?.stride === 1;
}

/** The dimensions in the places of a descriptor, the iteration first; null where there are too many. */
function slotsOf(sizes: readonly number[], strides: readonly number[], places: number): Loop[] | null {
  const dims = sizes.map((size, i) => ({ size, stride: strides[i] ?? 0 }));
  while (dims.length > places && dims[0]?.size === 1) dims.shift();
  if (dims.length > places) return null;
  // Only the iteration can do the same again, so a repetition takes its place.
  const isRepeat = dims.length > 1 && (dims[0]?.size ?? 1) > 1 && dims[0]?.stride === 0;
  const free = Array.from({ length: places - dims.length }, () => ({ size: 1, stride: 0 }));
  return isRepeat ? [...dims.slice(0, 1), ...free, ...dims.slice(1)] : [...free, ...dims];
}
