/** Where the entries of each of `count` keys begin in a list sorted by key, given the key of every entry. */
export function startsOf(count: number, keys: Iterable<number>): Int32Array {
  const starts = new Int32Array(count + 1);
  for (const key of keys) starts[key + 1] = (starts[key + 1] ?? 0) + 1;
  for (let i = 0; i < count; i += 1) starts[i + 1] = (starts[i + 1] ?? 0) + (starts[i] ?? 0);
  return starts;
}

/** Entries by key: where those of each key begin, and which they are, those of one key in the order they were in. */
export function byKey(
  count: number,
  keys: ArrayLike<number> & Iterable<number>,
): { readonly start: Int32Array; readonly order: Int32Array } {
  const start = startsOf(count, keys);
  const next = start.slice();
  const order = new Int32Array(keys.length);
  for (let entry = 0; entry < keys.length; entry += 1) {
    const key = keys[entry] ?? 0;
    const at = next[key] ?? 0;
    next[key] = at + 1;
    order[at] = entry;
  }
  return { start, order };
}
