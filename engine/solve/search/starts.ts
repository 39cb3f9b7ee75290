/** Where the entries of each of `count` keys begin in a list sorted by key, given the key of every entry. */
export function startsOf(count: number, keys: Iterable<number>): Int32Array {
  const starts = new Int32Array(count + 1);
  for (const key of keys) starts[key + 1] = (starts[key + 1] ?? 0) + 1;
  for (let i = 0; i < count; i += 1) starts[i + 1] = (starts[i + 1] ?? 0) + (starts[i] ?? 0);
  return starts;
}
