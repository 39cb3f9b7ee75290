/** A distribution: distinct values, rising, and how many samples are at most each. */
export interface Distribution {
  readonly values: Float64Array;
  readonly upTo: Float64Array;
  readonly count: number;
}

/** Sorts and merges samples; `counts` says how often each was seen. Samples that are no number are left out. */
export function distributionOf(samples: ArrayLike<number>, counts: ArrayLike<number> | null): Distribution {
  const order = Array.from({ length: samples.length }, (_, index) => index).filter(
    (index) => !Number.isNaN(samples[index]),
  );
  order.sort((a, b) => (samples[a] ?? 0) - (samples[b] ?? 0));
  const values: number[] = [];
  const upTo: number[] = [];
  let count = 0;
  for (const index of order) {
    const value = samples[index] ?? 0;
    count += counts === null ? 1 : (counts[index] ?? 0);
    if (values.length > 0 && values[values.length - 1] === value) upTo[upTo.length - 1] = count;
    else {
      values.push(value);
      upTo.push(count);
    }
  }
  return { values: Float64Array.from(values), upTo: Float64Array.from(upTo), count };
}

/**
 * The least value that at least `share` of the samples do not exceed (the nearest-rank quantile: always a sample);
 * null without samples.
 */
export function quantileOf({ values, upTo, count }: Distribution, share: number): number | null {
  if (count === 0) return null;
  const wanted = Math.max(share * count, Number.MIN_VALUE);
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((upTo[middle] ?? 0) >= wanted) high = middle;
    else low = middle + 1;
  }
  return values[low] ?? null;
}

/** At most `limit` points (value, share at most it) of a distribution; the first and the last are always among them. */
export function cdfPoints(
  of: Distribution,
  limit: number,
): { readonly xs: number[]; readonly shares: number[] } {
  const { values, upTo, count } = of;
  const xs: number[] = [];
  const shares: number[] = [];
  const last = values.length - 1;
  // Equal steps of the share, not of the index: each end keeps what it needs.
  let nextShare = 0;
  for (let index = 0; index <= last; index += 1) {
    const share = (upTo[index] ?? 0) / count;
    if (index !== 0 && index !== last && values.length > limit && share < nextShare) continue;
    xs.push(values[index] ?? 0);
    shares.push(share);
    nextShare = share + 1 / limit;
  }
  return { xs, shares };
}
