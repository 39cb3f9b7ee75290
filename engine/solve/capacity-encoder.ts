import type { Capacity } from '../model/model.js';
import { lowerIndex } from '../model/search.js';
import type { Affine } from './affine.js';
import { columnAffine, combine, constantAffine } from './affine.js';
import type { Encoder } from './encoder.js';
import type { ItemShares } from './item-shares.js';
import { Unsupported } from './mip-builder.js';
import type { Need } from './need.js';
import { ABOVE, BELOW, flip } from './need.js';

type Item = Capacity['items'][number];

/** An interval variable may be compared with at most this many keys. */
const MOST_COMPARED_KEYS = 1_000;

/** What one key may be asked for at worst, and by whom. */
interface KeyLoad {
  readonly key: number;
  readonly capacity: number;
  readonly items: Item[];
  largest: number;
}

/** Encodes capacities: one row per key that can bind. */
export class CapacityEncoder {
  constructor(
    private readonly encoder: Encoder,
    private readonly shares: ItemShares,
  ) {}

  /** Keys in order, with the items that may choose them. */
  private loads({ items, keys }: Capacity): KeyLoad[] {
    const { encoder } = this;
    const loads = keys.map(({ key, capacity }): KeyLoad => ({ key, capacity, items: [], largest: 0 }));
    const byKey = new Map(loads.map((load) => [load.key, load]));
    const sorted = keys.map(({ key }) => key);
    for (const item of items) {
      if (item.demand === 0) continue;
      const list = encoder.columns.listOf(item.variable);
      const note = (load: KeyLoad | undefined): void => {
        load?.items.push(item);
        if (load !== undefined) load.largest += item.demand;
      };
      if (list !== null) {
        for (const value of list) note(byKey.get(value));
        continue;
      }
      const { lo, hi } = encoder.columns.rangeOf(item.variable);
      const from = lowerIndex(sorted, lo);
      const to = lowerIndex(sorted, hi + 1);
      if (to - from > MOST_COMPARED_KEYS) {
        throw new Unsupported(
          `${encoder.columns.labelOf(item.variable)} ranges over ${hi - lo + 1} values and ${to - from} keys of a capacity`,
        );
      }
      for (let index = from; index < to; index += 1) note(loads[index]);
    }
    return loads;
  }

  private load({ items, key }: KeyLoad, need: Need): Affine {
    return combine(items.map((item) => [item.demand, this.shares.of(item, [key], need)] as const));
  }

  /** A hard capacity; keys that everything could choose at once get no row. */
  constraint(capacity: Capacity): void {
    for (const load of this.loads(capacity)) {
      if (load.largest > load.capacity) {
        this.encoder.builder.row(this.load(load, ABOVE), -Infinity, load.capacity);
      }
    }
  }

  /** Ties `value` to the smallest spare capacity less the largest capacity. */
  balanceRows(capacity: Capacity, value: Affine, need: Need): void {
    const { encoder } = this;
    const { builder } = encoder;
    const loads = this.loads(capacity);
    if (loads.length === 0) {
      builder.row(value, 0, 0);
      return;
    }
    let largest = 0;
    let smallest = Infinity;
    for (const load of loads) {
      largest = Math.max(largest, load.capacity);
      smallest = Math.min(smallest, load.capacity);
    }
    const level = combine([
      [1, value],
      [1, constantAffine(largest)],
    ]);
    // A key whose spare never falls below the smallest capacity is never the only smallest one.
    const binding = loads.filter((load) => load.capacity - load.largest < smallest);
    if ((need & BELOW) !== 0) {
      builder.row(level, -Infinity, smallest);
      for (const load of binding) {
        builder.row(
          combine([
            [1, level],
            [1, this.load(load, flip(BELOW))],
          ]),
          -Infinity,
          load.capacity,
        );
      }
    }
    if ((need & ABOVE) === 0) return;
    // The level is at least the spare of some key: of a binding one, or the smallest capacity itself.
    const pick = (): Affine => columnAffine(builder.column(0, 1, true, { kind: 'open' }));
    const picks: Affine[] = [];
    const floor = Math.min(...binding.map((load) => load.capacity - load.largest), smallest);
    const idle = pick();
    picks.push(idle);
    const far = encoder.switchFactor(smallest - floor, 'the smallest spare capacity');
    builder.row(
      combine([
        [1, level],
        [-far, idle],
      ]),
      smallest - far,
      Infinity,
    );
    for (const load of binding) {
      const chosen = pick();
      picks.push(chosen);
      const span = encoder.switchFactor(load.capacity - floor, 'the smallest spare capacity');
      const spare = combine([
        [1, constantAffine(load.capacity)],
        [-1, this.load(load, flip(ABOVE))],
      ]);
      builder.row(
        combine([
          [1, level],
          [-1, spare],
          [-span, chosen],
        ]),
        -span,
        Infinity,
      );
    }
    builder.row(combine(picks.map((one) => [1, one] as const)), 1, 1);
  }
}
