import { valuesOfClass } from '../model/class-values.js';
import { lowerIndex } from '../model/search.js';
import type { Loads } from '../model/model.js';
import type { Affine } from './affine.js';
import { combine } from './affine.js';
import type { Encoder } from './encoder.js';
import type { ItemShares } from './item-shares.js';
import { supportOfList } from './list-support.js';
import type { Need } from './need.js';
import { signed } from './need.js';

type Item = Loads['items'][number];

interface ItemIndex {
  /** Listed items under each class that they may choose. */
  readonly byKey: ReadonlyMap<number, readonly Item[]>;
  /** Items that range over an interval. */
  readonly wide: readonly Item[];
}

/** Encodes loads: demands times the columns of the values that count. */
export class LoadEncoder {
  /** Items that may count at a key, per key. */
  private readonly indices = new Map<Loads, ItemIndex>();

  constructor(
    private readonly encoder: Encoder,
    private readonly shares: ItemShares,
  ) {}

  /** The demands of the items that count at `key`, as a sum that keeps to `need`. */
  sum(loads: Loads, key: number, need: Need): Affine {
    const values = valuesOfClass(loads.classes, key);
    const items = this.itemsAt(loads, key, values);
    return combine(
      items.map((item) => [item.demand, this.shares.of(item, values, signed(need, item.demand))] as const),
    );
  }

  private itemsAt(loads: Loads, key: number, values: readonly number[]): readonly Item[] {
    let index = this.indices.get(loads);
    if (index === undefined) {
      index = this.indexOf(loads);
      this.indices.set(loads, index);
    }
    const listed = index.byKey.get(key) ?? [];
    const { columns } = this.encoder;
    const wide = index.wide.filter(({ variable }) => {
      const { lo, hi } = columns.rangeOf(variable);
      return lowerIndex(values, lo) < lowerIndex(values, hi + 1);
    });
    return wide.length === 0 ? listed : [...listed, ...wide];
  }

  private indexOf({ items, classes }: Loads): ItemIndex {
    const byKey = new Map<number, Item[]>();
    const wide: Item[] = [];
    for (const item of items) {
      const list = this.encoder.columns.listOf(item.variable);
      if (list === null) wide.push(item);
      for (const key of supportOfList(list ?? [], classes).classes) {
        const known = byKey.get(key);
        if (known === undefined) byKey.set(key, [item]);
        else known.push(item);
      }
    }
    return { byKey, wide };
  }
}
