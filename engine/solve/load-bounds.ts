import type { ClassMap, Literal, Loads, VariableId } from '../model/model.js';
import { supportOfList } from './list-support.js';
import type { Range } from './range.js';
import { EVERYTHING, ZERO, addRanges, has } from './range.js';

/** A domain as far as loads look at it: a list, or (null) an interval whose ends may be infinite. */
export interface DomainView {
  readonly values: readonly number[] | null;
  readonly lo: number;
  readonly hi: number;
}

/** What loads are computed from. */
export interface LoadContext {
  domainOf(variable: VariableId): DomainView;
  /** -1 unknown, 0 false, 1 true. */
  truthOfLiteral(literal: Literal): number;
}

/** Demands that may count, by sign. */
interface Share {
  positive: number;
  negative: number;
}

/** Items that range over one interval. */
interface Wide extends Share {
  readonly range: Range;
}

/** Bounds of every load over some items, as one state of knowledge gives them. */
export class LoadTable {
  private constructor(
    private readonly ends: ReadonlyMap<number, Range>,
    private readonly wide: readonly Wide[],
    /** The demands add up to more than a double holds. */
    private readonly isInexact: boolean,
  ) {}

  /**
   * From what is known of each item alone. Items that share a list of values are added up before their classes
   * are gone through, so that the cost is that of the items and of the distinct lists.
   */
  static of({ items, classes }: Loads, context: LoadContext): LoadTable {
    const ends = new Map<number, { lo: number; hi: number }>();
    const byList = new Map<readonly number[], Share>();
    const byRange = new Map<string, Wide>();
    let total = 0;
    for (const { variable, demand, presence } of items) {
      const truth = presence === null ? 1 : context.truthOfLiteral(presence);
      if (truth === 0) continue;
      total += Math.abs(demand);
      const { values, lo, hi } = context.domainOf(variable);
      const only = onlyClass(values, lo, hi, classes);
      if (only !== undefined) {
        const isSure = truth === 1;
        addTo(ends, only, isSure || demand < 0 ? demand : 0, isSure || demand > 0 ? demand : 0);
      } else if (values !== null) {
        addShare(byList, values, () => ({ positive: 0, negative: 0 }), demand);
      } else {
        addShare(byRange, `${lo}/${hi}`, () => ({ range: { lo, hi }, positive: 0, negative: 0 }), demand);
      }
    }
    for (const [list, { positive, negative }] of byList) {
      const keys = classes === null ? list : supportOfList(list, classes).classes;
      for (const key of keys) addTo(ends, key, negative, positive);
    }
    const wide = [...byRange.values()];
    const isInexact = !Number.isSafeInteger(total);
    if (classes === null) return new LoadTable(ends, wide, isInexact);
    for (const { range, positive, negative } of wide) {
      const found = new Set<number>();
      for (const [value, kind] of classes) if (has(range, value)) found.add(kind);
      for (const key of found) addTo(ends, key, negative, positive);
    }
    return new LoadTable(ends, [], isInexact);
  }

  equals(other: LoadTable): boolean {
    if (this.ends.size !== other.ends.size || this.wide.length !== other.wide.length) return false;
    for (const [key, { lo, hi }] of this.ends) {
      const own = other.ends.get(key);
      if (own?.lo !== lo || own.hi !== hi) return false;
    }
    return this.wide.every(({ range, positive, negative }, index) => {
      const own = other.wide[index];
      const isSameRange = own?.range.lo === range.lo && own.range.hi === range.hi;
      return isSameRange && own.positive === positive && own.negative === negative;
    });
  }

  at(key: number): Range {
    if (this.isInexact) return EVERYTHING;
    let range = this.ends.get(key) ?? ZERO;
    for (const { range: values, positive, negative } of this.wide)
      if (has(values, key)) range = addRanges(range, { lo: negative, hi: positive });
    return range;
  }
}

function addTo(ends: Map<number, { lo: number; hi: number }>, key: number, lo: number, hi: number): void {
  const known = ends.get(key);
  if (known === undefined) {
    ends.set(key, { lo, hi });
    return;
  }
  known.lo += lo;
  known.hi += hi;
}

function addShare<K, S extends Share>(shares: Map<K, S>, key: K, make: () => S, demand: number): void {
  let share = shares.get(key);
  if (share === undefined) {
    share = make();
    shares.set(key, share);
  }
  if (demand > 0) share.positive += demand;
  else share.negative += demand;
}

/** The class of every value of a domain, where that is one. */
export function onlyClass(
  values: readonly number[] | null,
  lo: number,
  hi: number,
  classes: ClassMap | null,
): number | undefined {
  if (lo === hi) return classes === null ? lo : classes.get(lo);
  if (classes === null || values === null) return undefined;
  const support = supportOfList(values, classes);
  const [only] = support.classes;
  return support.classes.size === 1 && support.total ? only : undefined;
}

/** Tables of all loads, each made when first asked for. */
export class LoadBounds {
  private readonly tables = new Map<Loads, LoadTable>();

  constructor(private readonly context: LoadContext) {}

  range(loads: Loads, key: number): Range {
    let table = this.tables.get(loads);
    if (table === undefined) {
      table = LoadTable.of(loads, this.context);
      this.tables.set(loads, table);
    }
    return table.at(key);
  }

  /** Looks at all items again; answers whether that changed anything. */
  refresh(loads: Loads): boolean {
    const table = LoadTable.of(loads, this.context);
    const known = this.tables.get(loads);
    this.tables.set(loads, table);
    return known?.equals(table) !== true;
  }
}
