import type { Variable } from '../model/model.js';
import { indexIn, lowerIndex } from '../model/search.js';
import { SharedLists } from '../model/shared-lists.js';
import type { Range } from './range.js';

/** Many variables share a domain and are asked for the same list. */
const lists = new SharedLists();

/** Intervals of at most this many values may be listed to cut a hole into them. */
export const LISTABLE = 10_000;

/**
 * What is still possible for one variable during propagation. Every method narrows and answers whether it did.
 * A list that loses nothing stays the same array, so that equal domains can be told by identity.
 */
export class Domain {
  private constructor(
    public values: readonly number[] | null,
    public lo: number,
    public hi: number,
  ) {}

  static of({ values, lo, hi }: Variable): Domain {
    const domain = new Domain(values, lo ?? -Infinity, hi ?? Infinity);
    if (values !== null) domain.setValues(values);
    return domain;
  }

  get isEmpty(): boolean {
    return this.values === null ? this.lo > this.hi : this.values.length === 0;
  }

  get isFixed(): boolean {
    return this.lo === this.hi;
  }

  get isBounded(): boolean {
    return Number.isFinite(this.lo) && Number.isFinite(this.hi);
  }

  /** Number of values; Infinity where unbounded. */
  get size(): number {
    return this.values === null ? this.hi - this.lo + 1 : this.values.length;
  }

  has(value: number): boolean {
    if (this.values !== null) return indexIn(this.values, value) >= 0;
    return this.lo <= value && value <= this.hi;
  }

  private setValues(values: readonly number[]): void {
    this.values = values;
    this.lo = values[0] ?? Infinity;
    this.hi = values.at(-1) ?? -Infinity;
  }

  intersectRange({ lo, hi }: Range): boolean {
    if (lo <= this.lo && hi >= this.hi) return false;
    if (this.values === null) {
      this.lo = Math.max(this.lo, lo);
      this.hi = Math.min(this.hi, hi);
      return true;
    }
    const from = lo === -Infinity ? 0 : lowerIndex(this.values, lo);
    const to = hi === Infinity ? this.values.length : lowerIndex(this.values, hi + 1);
    this.setValues(this.values.slice(from, Math.max(from, to)));
    return true;
  }

  keep(wanted: (value: number) => boolean): boolean {
    if (this.values === null) return false;
    const kept = this.values.filter(wanted);
    if (kept.length === this.values.length) return false;
    this.setValues(kept);
    return true;
  }

  /** `list` ascends. */
  intersectList(list: readonly number[]): boolean {
    if (this.values === list) return false;
    if (this.values !== null) {
      const common = lists.common(list, this.values);
      if (common.length === this.values.length) return false;
      this.setValues(common);
      return true;
    }
    if (this.size <= list.length && list.length > 0 && countWithin(list, this) === this.size) return false;
    this.setValues(list.filter((value) => this.has(value)));
    return true;
  }

  /** How many values of an ascending list are left. */
  countOf(list: readonly number[]): number {
    return this.values === null ? countWithin(list, this) : lists.common(list, this.values).length;
  }

  /** Takes a list known to be a part of this one; for variables that share a list and lose the same values. */
  takePart(part: readonly number[]): boolean {
    if (this.values === null || part.length === this.values.length) return false;
    this.setValues(part);
    return true;
  }

  /** `list` ascends. A hole in an interval too long to list is only cut at its ends. */
  removeList(list: readonly number[]): boolean {
    if (this.values !== null) {
      const rest = lists.rest(list, this.values);
      if (rest.length === this.values.length) return false;
      this.setValues(rest);
      return true;
    }
    const count = countWithin(list, this);
    if (count === 0) return false;
    if (this.size <= LISTABLE && !this.cutsEnds(list, count)) {
      this.setValues(listed(this.lo, this.hi));
      return this.removeList(list);
    }
    let { lo, hi } = this;
    for (let i = lowerIndex(list, lo); list[i] === lo && lo <= hi; i += 1) lo += 1;
    for (let i = lowerIndex(list, hi + 1) - 1; list[i] === hi && lo <= hi; i -= 1) hi -= 1;
    return this.intersectRange({ lo, hi });
  }

  /** Whether removing `list` leaves one interval. */
  private cutsEnds(list: readonly number[], count: number): boolean {
    let cut = 0;
    for (let value = this.lo, i = lowerIndex(list, value); list[i] === value; i += 1, value += 1) cut += 1;
    for (let value = this.hi, i = lowerIndex(list, value); list[i] === value; i -= 1, value -= 1) cut += 1;
    return cut >= count;
  }

  /** The variable with this domain; the same object where nothing was narrowed. */
  toVariable(original: Variable): Variable {
    const lo = Number.isFinite(this.lo) ? this.lo : null;
    const hi = Number.isFinite(this.hi) ? this.hi : null;
    if (this.values === original.values && lo === original.lo && hi === original.hi) return original;
    return { label: original.label, values: this.values, lo, hi };
  }
}

/** All integers from lo to hi. */
export function listed(lo: number, hi: number): number[] {
  const values: number[] = [];
  for (let value = lo; value <= hi; value += 1) values.push(value);
  return values;
}

/** How many elements of an ascending list lie in [lo, hi]. */
export function countWithin(list: readonly number[], { lo, hi }: Range): number {
  return lowerIndex(list, hi + 1) - lowerIndex(list, lo);
}
