/** Where each of some ascending values stands among them. */
export interface ValueIndex {
  get(value: number): number | undefined;
}

const known = new WeakMap<readonly number[], ValueIndex>();

/** The index of an ascending list, kept with the list; arithmetic where it has no holes. */
export function valueIndex(values: readonly number[]): ValueIndex {
  let index = known.get(values);
  if (index === undefined) {
    const first = values[0] ?? 0;
    const { length } = values;
    if (length > 0 && (values[length - 1] ?? 0) - first === length - 1) {
      index = {
        get: (value) => {
          const at = value - first;
          return at >= 0 && at < length && Number.isInteger(at) ? at : undefined;
        },
      };
    } else index = new Map(values.map((value, i) => [value, i]));
    known.set(values, index);
  }
  return index;
}
