import type { SqlValue } from '../base/sql-value.js';
import type { QueryComponent } from '../lower/plan.js';
import type { Capacity } from '../model/model.js';
import type { ComponentRows } from './environment.js';

/** Capacities by key, ascending. */
export type CapacityKeys = Capacity['keys'];

/**
 * What groundings of one policy set make of rows alone, kept from one to the next. Rows that are the same array are
 * taken for unchanged; what is made of equal rows is the same object again, so that later passes see it by identity.
 */
export class GroundCache {
  private readonly domains = new WeakMap<readonly (readonly SqlValue[])[], readonly number[]>();
  private readonly keys = new WeakMap<
    QueryComponent,
    Map<string, { rows: ComponentRows; keys: CapacityKeys }>
  >();
  private readonly interned: CapacityKeys[] = [];

  /** The integers in the first column of rows, ascending and each once; null where anything else is among them. */
  domain(rows: readonly (readonly SqlValue[])[]): readonly number[] | null {
    const known = this.domains.get(rows);
    if (known !== undefined) return known;
    const values = ascendingIntegers(rows);
    if (values !== null) this.domains.set(rows, values);
    return values;
  }

  /**
   * Capacities of a component's rows by two of their slots; null where the rows are not as simple as that: keys that
   * are integers, ascend and differ, capacities that are integers and not negative.
   */
  capacityKeys(
    component: QueryComponent,
    rows: ComponentRows,
    keySlot: number,
    capacitySlot: number,
  ): CapacityKeys | null {
    let bySlots = this.keys.get(component);
    if (bySlots === undefined) {
      bySlots = new Map();
      this.keys.set(component, bySlots);
    }
    const id = `${keySlot}/${capacitySlot}`;
    const known = bySlots.get(id);
    if (known?.rows === rows) return known.keys;
    const made = keysOf(rows, keySlot, capacitySlot, known?.keys ?? []);
    if (made === null) return null;
    const keys = this.intern(made, known?.keys ?? null);
    bySlots.set(id, { rows, keys });
    return keys;
  }

  /** The same object for equal keys: a capacity and its balance are made of two queries. */
  private intern(made: CapacityKeys, outdated: CapacityKeys | null): CapacityKeys {
    const known = this.interned.find((keys) => sameKeys(keys, made));
    if (known !== undefined) return known;
    const place = outdated === null ? -1 : this.interned.indexOf(outdated);
    if (place >= 0) this.interned[place] = made;
    else if (this.interned.push(made) > MOST_INTERNED) this.interned.shift();
    return made;
  }
}

/** More lists of keys than policies of one set have. */
const MOST_INTERNED = 64;

function ascendingIntegers(rows: readonly (readonly SqlValue[])[]): readonly number[] | null {
  const values: number[] = [];
  let last = -Infinity;
  for (const row of rows) {
    const value = row[0];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < last) return null;
    if (value === last) continue;
    values.push(value);
    last = value;
  }
  return values;
}

/** Entries that are as before stay the same objects. */
function keysOf(
  rows: ComponentRows,
  keySlot: number,
  capacitySlot: number,
  before: CapacityKeys,
): CapacityKeys | null {
  const keys: CapacityKeys[number][] = [];
  let last = -Infinity;
  let at = 0;
  for (const row of rows) {
    const key = row[keySlot];
    const capacity = row[capacitySlot];
    if (typeof key !== 'number' || !Number.isSafeInteger(key) || key <= last) return null;
    if (typeof capacity !== 'number' || !Number.isSafeInteger(capacity) || capacity < 0) return null;
    let old = before[at];
    while (old !== undefined && old.key < key) {
      at += 1;
      old = before[at];
    }
    keys.push(old?.key === key && old.capacity === capacity ? old : { key, capacity });
    last = key;
  }
  return keys;
}

function sameKeys(a: CapacityKeys, b: CapacityKeys): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) {
    const x = a[i];
    const y = b[i];
    if (x !== y && (x?.key !== y?.key || x?.capacity !== y?.capacity)) return false;
  }
  return true;
}
