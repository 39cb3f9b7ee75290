import { must } from '../../base/assert.js';
import type { Capacity, Literal, Loads } from '../../model/model.js';
import type { CellBuilder } from './cell-builder.js';
import type { Items, Table } from './problem.js';
import { Kind } from './problem.js';
import { byKey } from './starts.js';
import type { ValueIndex } from './value-index.js';

type ModelItems = Capacity['items'];

interface Draft {
  readonly items: ModelItems;
  /** Of a capacity; null for loads, whose slots are classes. */
  readonly keys: Capacity['keys'] | null;
  readonly slotOf: Int32Array | null;
  readonly limit: Float64Array;
  readonly floor: number;
  hard: boolean;
  balanceCell: number;
  loadCell: Int32Array | null;
}

/** A table of loads: its slot of each class. */
interface LoadDraft extends Draft {
  readonly slots: ReadonlyMap<number, number>;
  readonly loadCell: Int32Array;
  /** Least and most that the items may add up to at one class. */
  readonly least: number;
  readonly most: number;
  /** Items that count only sometimes. */
  readonly gated: ModelItems;
}

/** Tables while a problem is made: capacities that count the same items at the same keys share one. */
export class ItemTables {
  private readonly drafts: Draft[] = [];
  private readonly ofLoads = new Map<Loads, LoadDraft>();
  private readonly presences = new Map<Literal, number | null>();

  constructor(
    private readonly universe: Float64Array,
    private readonly index: ValueIndex,
    private readonly cells: CellBuilder,
    /** Cell of a literal's presence; null where it never holds. */
    private readonly presenceOf: (literal: Literal) => number | null,
  ) {}

  /** A hard capacity. */
  limit(capacity: Capacity): void {
    this.draft(capacity).hard = true;
  }

  /** Cell of the smallest room less `largest`. */
  balance(capacity: Capacity, largest: number): number {
    const draft = this.draft(capacity);
    if (draft.balanceCell < 0) {
      const cell = this.cells.add(Kind.balance);
      this.cells.table(cell, this.drafts.indexOf(draft));
      if (capacity.keys.length > 0) this.cells.addBase(cell, -largest);
      this.raise(cell, capacity.items);
      draft.balanceCell = cell;
    }
    return draft.balanceCell;
  }

  /** Cell of what the items add up to at one class; null where no value has it. */
  load(loads: Loads, key: number): number | null {
    const draft = this.loadDraft(loads);
    const slot = draft.slots.get(key);
    if (slot === undefined) return null;
    let cell = draft.loadCell[slot] ?? -1;
    if (cell < 0) {
      cell = this.cells.add(Kind.load);
      this.cells.bounds(cell, draft.least, draft.most);
      this.raise(cell, draft.gated);
      draft.loadCell[slot] = cell;
    }
    return cell;
  }

  /** Bounds what the items may add up to at one class; false where only nothing can be there. */
  limitLoad(loads: Loads, key: number, limit: number): boolean {
    const draft = this.loadDraft(loads);
    const slot = draft.slots.get(key);
    if (slot === undefined) return false;
    draft.hard = true;
    draft.limit[slot] = Math.min(draft.limit[slot] ?? Infinity, limit);
    return true;
  }

  /** A cell that follows items is of higher rank than what says whether they count. */
  private raise(cell: number, items: ModelItems): void {
    for (const { presence } of items) {
      if (presence === null) continue;
      const by = this.presence(presence);
      if (by !== null) this.cells.raise(cell, this.cells.rankOf(by) + 1);
    }
  }

  private loadDraft(loads: Loads): LoadDraft {
    const known = this.ofLoads.get(loads);
    if (known !== undefined) return known;
    const { classes, items } = loads;
    const slots = new Map<number, number>();
    const slotOf = Int32Array.from(this.universe, (value) => {
      const kind = classes === null ? value : classes.get(value);
      if (kind === undefined) return -1;
      const slot = slots.get(kind) ?? slots.size;
      slots.set(kind, slot);
      return slot;
    });
    let [least, most] = [0, 0];
    for (const { demand } of items) {
      least += Math.min(0, demand);
      most += Math.max(0, demand);
    }
    const draft: LoadDraft = {
      items,
      least,
      most,
      gated: items.filter(({ presence }) => presence !== null),
      keys: null,
      slotOf,
      slots,
      limit: new Float64Array(slots.size).fill(Infinity),
      floor: Infinity,
      hard: false,
      balanceCell: -1,
      loadCell: new Int32Array(slots.size).fill(-1),
    };
    this.ofLoads.set(loads, draft);
    this.drafts.push(draft);
    return draft;
  }

  private presence(literal: Literal): number | null {
    let cell = this.presences.get(literal);
    if (cell === undefined) {
      cell = this.presenceOf(literal);
      this.presences.set(literal, cell);
    }
    return cell;
  }

  private draft({ items, keys }: Capacity): Draft {
    const known = this.drafts.find(
      (draft) => draft.keys !== null && sameItems(draft.items, items) && sameKeys(draft.keys, keys),
    );
    if (known !== undefined) return known;
    const limit = new Float64Array(this.universe.length).fill(Infinity);
    let floor = Infinity;
    for (const { key, capacity } of keys) {
      const at = this.index.get(key);
      if (at === undefined) floor = Math.min(floor, capacity);
      else limit[at] = capacity;
    }
    if (keys.length === 0) floor = 0;
    const draft: Draft = {
      items,
      keys,
      slotOf: null,
      limit,
      floor,
      hard: false,
      balanceCell: -1,
      loadCell: null,
    };
    this.drafts.push(draft);
    return draft;
  }

  finish(variables: number): { items: Items; tables: Table[] } {
    const found: { variable: number; table: number; demand: number; presence: number }[] = [];
    this.drafts.forEach(({ items }, table) => {
      for (const { variable, demand, presence } of items) {
        const by = presence === null ? -1 : this.presence(presence);
        if (by !== null && demand !== 0) found.push({ variable, table, demand, presence: by });
      }
    });
    // They come table by table, so that those of a variable stay in the order of tables.
    const { start, order } = byKey(
      variables,
      found.map(({ variable }) => variable),
    );
    const rows = Array.from(order, (at) => must(found[at], 'item'));
    const told = new Map<number, number[]>();
    rows.forEach(({ presence }, item) => {
      if (presence < 0) return;
      const list = told.get(presence);
      if (list === undefined) told.set(presence, [item]);
      else list.push(item);
    });
    for (const [cell, list] of told) this.cells.inputs(cell, list);
    return {
      items: {
        start,
        table: Int32Array.from(rows, ({ table }) => table),
        demand: Float64Array.from(rows, ({ demand }) => demand),
        presence: Int32Array.from(rows, ({ presence }) => presence),
        variable: Int32Array.from(rows, ({ variable }) => variable),
      },
      tables: this.drafts.map(({ items, slotOf, limit, floor, hard, balanceCell, loadCell }): Table => ({
        slotOf,
        slots: limit.length,
        limit,
        floor,
        hard,
        balanceCell,
        loadCell,
        loadCells: loadCell === null ? new Int32Array(0) : loadCell.filter((cell) => cell >= 0),
        scale: scaleOf(items),
      })),
    };
  }
}

/** A power of two, so that sums of scaled demands stay exact. */
function scaleOf(items: ModelItems): number {
  let largest = 1;
  for (const { demand } of items) largest = Math.max(largest, Math.abs(demand));
  return 2 ** -Math.floor(Math.log2(largest));
}

function sameItems(a: ModelItems, b: ModelItems): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  return a.every((item, i) => {
    const other = b[i];
    return (
      item.variable === other?.variable && item.demand === other.demand && item.presence === other.presence
    );
  });
}

function sameKeys(a: Capacity['keys'], b: Capacity['keys']): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  return a.every(({ key, capacity }, i) => key === b[i]?.key && capacity === b[i].capacity);
}
