import { byNumber } from '../base/order.js';
import { valuesOfClass } from '../model/class-values.js';
import type { Loads, NodeId } from '../model/model.js';
import { negate } from '../model/model.js';
import { truthOfLiteral } from './bounds.js';
import type { Cause } from './cause.js';
import { onlyClass } from './load-bounds.js';
import { Conflict } from './presolve-state.js';
import type { PresolveState } from './presolve-state.js';
import type { Range } from './range.js';
import { intersectRanges, isEmpty } from './range.js';
import { SharedParts } from './shared-parts.js';

type Item = Loads['items'][number];

/** What is asked of one load. */
interface Limit {
  range: Range;
  causes: (() => Cause)[];
}

/** A limit that says something of single items: how far the load may move from either end. */
interface Tight {
  readonly key: number;
  readonly causes: readonly (() => Cause)[];
  /** By how much the smallest possible load may grow, and the greatest one shrink. */
  readonly growth: number;
  readonly fall: number;
}

/** Limits of the loads over the same items, enforced together: one look at the items serves all keys. */
export class LoadLimits {
  /** Nodes that read one of the loads. */
  readonly readers: NodeId[] = [];
  private readonly limits = new Map<number, Limit>();
  /** The largest demands of either sign. */
  private mostPositive = 0;
  private mostNegative = 0;

  constructor(
    private readonly loads: Loads,
    private readonly state: PresolveState,
  ) {
    for (const { demand } of loads.items) {
      this.mostPositive = Math.max(this.mostPositive, demand);
      this.mostNegative = Math.max(this.mostNegative, -demand);
    }
  }

  /** Limits one load further; answers whether that says more than was known. */
  tighten(key: number, range: Range, cause: () => Cause): boolean {
    const own = this.state.loadRange(this.loads, key);
    if (isEmpty(intersectRanges(own, range))) throw new Conflict(cause(), null);
    if (range.lo <= own.lo && range.hi >= own.hi) return false;
    const known = this.limits.get(key);
    if (known === undefined) {
      this.limits.set(key, { range, causes: [cause] });
      return true;
    }
    const met = intersectRanges(known.range, range);
    if (met.lo === known.range.lo && met.hi === known.range.hi) return false;
    // A limit that is now wholly inside the old one needs no other reason.
    const causes = met.lo === range.lo && met.hi === range.hi ? [cause] : [...known.causes, cause];
    this.limits.set(key, { range: met, causes });
    return true;
  }

  /** Looks at the items again; answers whether some load's bounds changed. */
  refresh(): boolean {
    return this.state.refreshLoads(this.loads);
  }

  /** Narrows the items to what the limits leave; `causeOf` adds the items' own causes. Answers the work done. */
  enforce(causeOf: (extra: Cause) => Cause): number {
    const tight = this.tight(causeOf);
    if (tight.length === 0) return this.limits.size;
    const { items } = this.loads;
    const asked = this.forced(tight, causeOf);
    const excluded = new Map<number, Excluded>();
    const parts = new SharedParts();
    for (const item of items) {
      let full = excluded.get(item.demand);
      if (full === undefined) {
        full = this.excludedFor(item.demand, tight, causeOf);
        excluded.set(item.demand, full);
      }
      if (full.values.length > 0) this.exclude(item, full, parts);
    }
    return this.limits.size + items.length * (1 + asked) + excluded.size * tight.length;
  }

  /** Limits under which some item may not do as it likes. */
  private tight(causeOf: (extra: Cause) => Cause): Tight[] {
    const tight: Tight[] = [];
    for (const [key, { range, causes }] of this.limits) {
      const own = this.state.loadRange(this.loads, key);
      if (isEmpty(intersectRanges(own, range))) throw new Conflict(causeOf(together(causes)), null);
      const growth = range.hi - own.lo;
      const fall = own.hi - range.lo;
      if (Math.min(growth, fall) < Math.max(this.mostPositive, this.mostNegative))
        tight.push({ key, causes, growth, fall });
    }
    return tight;
  }

  private excludedFor(demand: number, tight: readonly Tight[], causeOf: (extra: Cause) => Cause): Excluded {
    const full = tight.filter(({ growth, fall }) => (demand > 0 ? demand > growth : -demand > fall));
    const keys = new Set(full.map(({ key }) => key));
    const values = full.flatMap(({ key }) => valuesOfClass(this.loads.classes, key)).sort(byNumber);
    let known: Cause | null = null;
    return {
      keys,
      values,
      cause: () => (known ??= causeOf(together(full.flatMap(({ causes }) => causes)))),
    };
  }

  private exclude({ variable, presence }: Item, { keys, values, cause }: Excluded, parts: SharedParts): void {
    const { state } = this;
    const truth = presence === null ? 1 : truthOfLiteral(state, presence);
    if (truth === 0) return;
    const domain = state.domainOf(variable);
    const only = onlyClass(domain.values, domain.lo, domain.hi, this.loads.classes);
    if (truth === 1) {
      // One that surely counts is part of the load already.
      if (only === undefined) parts.remove(state, variable, values, cause);
    } else if (presence !== null && only !== undefined && keys.has(only)) {
      state.decide(negate(presence), cause);
    }
  }

  /** Has items count without which a load cannot reach its limit; answers for how many keys it looked. */
  private forced(tight: readonly Tight[], causeOf: (extra: Cause) => Cause): number {
    const { state, loads } = this;
    let asked = 0;
    for (const { key, causes, growth, fall } of tight) {
      if (fall >= this.mostPositive && growth >= this.mostNegative) continue;
      asked += 1;
      const needed = loads.items.filter(({ demand }) => (demand > 0 ? demand > fall : -demand > growth));
      const values = valuesOfClass(loads.classes, key);
      let known: Cause | null = null;
      const cause = (): Cause => (known ??= causeOf(together(causes)));
      for (const { variable, presence } of needed) {
        const truth = presence === null ? 1 : truthOfLiteral(state, presence);
        const domain = state.domainOf(variable);
        const only = onlyClass(domain.values, domain.lo, domain.hi, loads.classes);
        if (truth === 0 || (truth === 1 && only === key) || !values.some((value) => domain.has(value)))
          continue;
        if (presence !== null) state.decide(presence, cause);
        state.narrow(variable, (own) => own.intersectList(values), cause);
      }
    }
    return asked;
  }
}

/** Values that items of one demand may not choose while they count. */
interface Excluded {
  readonly keys: ReadonlySet<number>;
  /** Ascending. */
  readonly values: readonly number[];
  readonly cause: () => Cause;
}

function together(causes: readonly (() => Cause)[]): Cause {
  return { origin: null, parents: causes.map((cause) => cause()) };
}
