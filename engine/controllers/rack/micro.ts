/** A run of units: [first, count]. */
export type Extent = readonly [first: number, count: number];

/** What of one resource of one host is taken: disjoint extents in ascending order. */
export interface Shelf {
  /** Units are numbered from 0 to total - 1. */
  readonly total: number;
  readonly taken: readonly Extent[];
}

/**
 * Takes the lowest `count` free units (thesis 6.5: the first available), as few extents as that allows.
 * Null when fewer are free. The units handed out need not be next to each other.
 */
export function takeLowest(shelf: Shelf, count: number): { extents: readonly Extent[]; shelf: Shelf } | null {
  const extents: Extent[] = [];
  let [wanted, from] = [count, 0];
  for (const [first, length] of [...shelf.taken, [shelf.total, 0] as const]) {
    if (wanted === 0) break;
    const size = Math.min(wanted, Math.min(first, shelf.total) - from);
    if (size > 0) {
      extents.push([from, size]);
      wanted -= size;
    }
    from = Math.max(from, first + length);
  }
  if (wanted > 0) return null;
  return { extents, shelf: { total: shelf.total, taken: merge([...shelf.taken, ...extents]) } };
}

/** Splits what a request holds: the highest `count` units are freed, the rest is kept. Both ascend. */
export function giveHighest(
  held: readonly Extent[],
  count: number,
): { readonly kept: readonly Extent[]; readonly freed: readonly Extent[] } {
  const kept: Extent[] = [];
  const freed: Extent[] = [];
  let wanted = count;
  for (const [first, length] of [...held].sort(byFirst).reverse()) {
    const size = Math.min(wanted, length);
    wanted -= size;
    if (size > 0) freed.unshift([first + length - size, size]);
    if (size < length) kept.unshift([first, length - size]);
  }
  return { kept, freed };
}

/** Number of units in extents. */
export function countUnits(extents: readonly Extent[]): number {
  return extents.reduce((total, [, count]) => total + count, 0);
}

/** Neighbouring extents become one, so that a shelf stays short whoever holds its units. */
function merge(extents: readonly Extent[]): Extent[] {
  const result: Extent[] = [];
  for (const extent of [...extents].sort(byFirst)) {
    const last = result.at(-1);
    if (last !== undefined && last[0] + last[1] >= extent[0]) {
      result[result.length - 1] = [last[0], Math.max(last[1], extent[0] + extent[1] - last[0])];
    } else {
      result.push(extent);
    }
  }
  return result;
}

function byFirst(a: Extent, b: Extent): number {
  return a[0] - b[0];
}
