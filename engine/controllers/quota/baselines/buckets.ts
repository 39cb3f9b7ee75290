/** How a histogram divides the values from 0: plain data, so that it can be stored beside the weights. */
export type Buckets =
  /** All of one width. */
  | { readonly kind: 'linear'; readonly width: number; readonly count: number }
  /** Each `ratio` times as wide as the one before it; the first one `first` wide. */
  | { readonly kind: 'exponential'; readonly first: number; readonly ratio: number; readonly count: number };

/** Buckets of `width` that cover the values up to `max`; greater ones fall into the last. */
export function linearBuckets(max: number, width: number): Buckets {
  return { kind: 'linear', width, count: Math.ceil(max / width) + 1 };
}

/** Buckets whose width grows by `ratio` and that cover the values up to `max`; greater ones fall into the last. */
export function exponentialBuckets(max: number, first: number, ratio: number): Buckets {
  const count = Math.ceil(Math.log((max * (ratio - 1)) / first + 1) / Math.log(ratio)) + 1;
  return { kind: 'exponential', first, ratio, count };
}

/** Lower end of a bucket. */
export function startOf(buckets: Buckets, index: number): number {
  if (buckets.kind === 'linear') return buckets.width * index;
  return (buckets.first * (buckets.ratio ** index - 1)) / (buckets.ratio - 1);
}

/** Upper end of a bucket; the last one has none and answers with its lower end. */
export function endOf(buckets: Buckets, index: number): number {
  return startOf(buckets, index < buckets.count - 1 ? index + 1 : index);
}

/** The bucket of a value; values below 0 belong to the first. */
export function indexOf(buckets: Buckets, value: number): number {
  const last = buckets.count - 1;
  if (buckets.kind === 'linear') return clamp(Math.floor(value / buckets.width), last);
  if (value < buckets.first) return 0;
  const exact = Math.log((value * (buckets.ratio - 1)) / buckets.first + 1) / Math.log(buckets.ratio);
  return clamp(Math.floor(exact), last);
}

const clamp = (index: number, last: number): number => Math.min(last, Math.max(0, index));
