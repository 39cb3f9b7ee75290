import type { Problem, Table } from './problem.js';

/** Tables that count the same variables at the same slots, kept side by side: one look finds all of a slot. */
export interface Bundle {
  readonly tables: readonly number[];
  /** Value to slot, -1 for none; null where the value is the slot. */
  readonly slotOf: Int32Array | null;
  readonly slots: number;
}

export interface Bundles {
  readonly list: readonly Bundle[];
  /** Bundle of each table and its place in it. */
  readonly bundleOf: Int32Array;
  readonly placeOf: Int32Array;
}

/** Variables that two tables must share, as a part of those of the larger one, to stand side by side. */
const SHARED = 1 / 2;

/** Puts tables side by side. One whose items count only sometimes, or more than once, stands alone. */
export function bundlesOf({ tables, items }: Problem): Bundles {
  const members: number[][] = tables.map(() => []);
  const isPlain = tables.map(() => true);
  for (let i = 0; i < items.table.length; i += 1) {
    const table = items.table[i] ?? 0;
    const list = members[table] ?? [];
    const variable = items.variable[i] ?? 0;
    if ((items.presence[i] ?? -1) >= 0 || list[list.length - 1] === variable) isPlain[table] = false;
    list.push(variable);
  }
  const drafts: { tables: number[]; slotOf: Int32Array | null; slots: number }[] = [];
  const bundleOf = new Int32Array(tables.length);
  const placeOf = new Int32Array(tables.length);
  /** Last plain bundle whose first table counts a variable. */
  const latest = new Map<number, number>();
  tables.forEach((table, at) => {
    const slotOf = identityFree(table);
    const own = members[at] ?? [];
    const candidate = isPlain[at] === true ? latest.get(own[0] ?? -1) : undefined;
    const draft = candidate === undefined ? undefined : drafts[candidate];
    if (candidate !== undefined && draft !== undefined) {
      const first = members[draft.tables[0] ?? 0] ?? [];
      if (
        draft.slots === table.slots &&
        isSame(draft.slotOf, slotOf) &&
        sharedOf(first, own) >= SHARED * Math.max(first.length, own.length)
      ) {
        bundleOf[at] = candidate;
        placeOf[at] = draft.tables.length;
        draft.tables.push(at);
        return;
      }
    }
    bundleOf[at] = drafts.length;
    if (isPlain[at] === true) for (const variable of own) latest.set(variable, drafts.length);
    drafts.push({ tables: [at], slotOf, slots: table.slots });
  });
  return { list: drafts, bundleOf, placeOf };
}

/** The slots of values, null where each value is its own slot. */
function identityFree({ slotOf, slots }: Table): Int32Array | null {
  if (slotOf === null || slotOf.length !== slots) return slotOf;
  for (let value = 0; value < slots; value += 1) if (slotOf[value] !== value) return slotOf;
  return null;
}

function isSame(a: Int32Array | null, b: Int32Array | null): boolean {
  if (a === b) return true;
  if (a === null || b?.length !== a.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

/** How many numbers two ascending lists share. */
function sharedOf(a: readonly number[], b: readonly number[]): number {
  let shared = 0;
  let j = 0;
  for (const one of a) {
    while (j < b.length && (b[j] ?? 0) < one) j += 1;
    if (j < b.length && b[j] === one) shared += 1;
  }
  return shared;
}
