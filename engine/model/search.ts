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
