/** Whether an ascending list has a value. */
export function includes(ascending: Int32Array | undefined, value: number): boolean {
  if (ascending === undefined || value < 0) return false;
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return ascending[low] === value;
}
