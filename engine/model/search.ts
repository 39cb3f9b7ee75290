/** Index of `value` in an ascending list, or -1. */
export function indexIn(sorted: readonly number[], value: number): number {
  const index = lowerIndex(sorted, value);
  return sorted[index] === value ? index : -1;
}

/** Index of the first element of an ascending list that is at least `value`; its length where none is. */
export function lowerIndex(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Both ascending lists as one, without repeats; the first itself where the second adds nothing. */
export function mergeSorted(a: readonly number[], b: readonly number[]): readonly number[] {
  const merged: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = a[i] ?? Infinity;
    const right = b[j] ?? Infinity;
    merged.push(Math.min(left, right));
    if (left <= right) i += 1;
    if (right <= left) j += 1;
  }
  return merged.length === a.length ? a : merged;
}
