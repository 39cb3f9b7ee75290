/**
 * A model flattened into typed arrays, for the local search. It crosses to a worker thread as it is.
 *
 * - A value is an index into `universe`, all values that any decision may take, ascending; -1 is "nowhere yet",
 *   which is in no list, equals nothing and counts nowhere.
 * - A cell is a Boolean or numeric node. Its `sum` is `base` plus coefficient times value of what it reads; its
 *   value follows from the sum by its kind. Cells are in order of `rank`: each reads cells of lower rank only.
 * - A table is what items add up to by slot, the class of the value they choose.
 */
export interface Problem {
  readonly universe: Float64Array;

  /** Values each variable may take: `domains[domainOf[v]]`, ascending. */
  readonly domainOf: Int32Array;
  readonly domains: readonly Int32Array[];
  /** Value to start from, or -1. */
  readonly hints: Int32Array;

  readonly cells: Cells;
  readonly tables: readonly Table[];
  /** Class maps, value to class; -1 for none. */
  readonly classMaps: readonly Int32Array[];
  readonly members: Members;
  readonly sames: Sames;
  readonly items: Items;

  /** Cells whose value must be 1 (`wanted` 1) or 0. */
  readonly hard: Int32Array;
  readonly wanted: Uint8Array;

  /** The objective of each level is `sum` of that cell; the first level first. */
  readonly levels: Int32Array;
  /** What one unit of each level is worth in the scalar objective of the search. */
  readonly worth: Float64Array;
  /** True where that one number compares any two assignments as the levels do. */
  readonly comparable: boolean;
}

/** What a cell is; see `State.valueOf`. */
export const Kind = {
  /** 1 where its variable's value is in a list: set from outside. */
  member: 0,
  /** 1 where two variables choose the same class: set from outside. */
  same: 1,
  /** The value itself of a variable: set from outside. */
  value: 2,
  /** What a table holds in one slot: set from outside. */
  load: 3,
  /** Smallest room of the slots of table `left`, plus its base. */
  balance: 4,
  /** 1 where its sum, the number of literals that hold, is at least 1. */
  or: 5,
  /** 1 where its sum is between `lo` and `hi`. */
  range: 6,
  sum: 7,
  /** Its sum where its gate holds, else 0. */
  when: 8,
  /** The sum or `lo`, whichever is greater. */
  atLeast: 9,
  /** The sum or `hi`, whichever is smaller. */
  atMost: 10,
  /** Its sum where its gate holds, else nothing: one entry of an extreme. */
  entry: 11,
  /** The greatest of the entries it reads. */
  greatest: 12,
  /** The smallest of the entries it reads. */
  smallest: 13,
  /** The product of the cells `left` and `right`. */
  product: 14,
  /** `left` by `right`, truncated; 0 where `right` is 0. */
  quotient: 15,
  /** 1 where its gate holds, to say whether an item counts. */
  presence: 16,
} as const;

export interface Cells {
  readonly kind: Uint8Array;
  readonly rank: Int32Array;
  readonly base: Float64Array;
  readonly lo: Float64Array;
  readonly hi: Float64Array;
  /** Cell of the gate, or -1 for none; `gateTruth` is the value with which it holds. */
  readonly gate: Int32Array;
  readonly gateTruth: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Readers of cell c: `reader[readerStart[c]..readerStart[c + 1]]`, each with the coefficient in its sum. */
  readonly readerStart: Int32Array;
  readonly reader: Int32Array;
  readonly coefficient: Float64Array;
  /** What an extreme reads, and the items that a presence tells of: `inputs[inputStart[c]..inputStart[c + 1]]`. */
  readonly inputStart: Int32Array;
  readonly inputs: Int32Array;
}

/** Member cells by variable: short lists by value, long ones with a bit per value. */
export interface Members {
  /** Pairs (value, cell) of variable v, ascending by value. */
  readonly start: Int32Array;
  readonly value: Int32Array;
  readonly cell: Int32Array;
  /** Cells of variable v with long lists. */
  readonly longStart: Int32Array;
  readonly longCell: Int32Array;
  readonly longSet: Int32Array;
  readonly sets: readonly Uint8Array[];
}

/** Cells that compare two variables, by each of them; and cells that are a variable's value. */
export interface Sames {
  readonly start: Int32Array;
  readonly cell: Int32Array;
  readonly peer: Int32Array;
  /** Class maps of the variable itself and of the peer, or -1 for the value itself. */
  readonly ownMap: Int32Array;
  readonly peerMap: Int32Array;
  /** The cell that is the value of variable v, or -1. */
  readonly valueCell: Int32Array;
}

/** What variables add to tables, by variable. */
export interface Items {
  readonly start: Int32Array;
  readonly table: Int32Array;
  readonly demand: Float64Array;
  /** Presence cell, or -1 for always. */
  readonly presence: Int32Array;
  readonly variable: Int32Array;
}

export interface Table {
  /** Value to slot, -1 for none; null where the value is the slot. */
  readonly slotOf: Int32Array | null;
  readonly slots: number;
  /** Least room of slots that no decision can reach, Infinity for none: no smallest room is more. */
  readonly floor: number;
  /** Most that a slot may hold; Infinity for no limit. */
  readonly limit: Float64Array;
  /** True where a slot over its limit breaks a hard constraint. */
  readonly hard: boolean;
  /** The cell of its balance, or -1. */
  readonly balanceCell: number;
  /** Cell of a slot's load, or -1; null where no cell reads any. */
  readonly loadCell: Int32Array | null;
  /** The cells in `loadCell`. */
  readonly loadCells: Int32Array;
  /** What a broken limit of one unit counts. */
  readonly scale: number;
}

/** The slot of a table at which a value counts, or -1. */
export function slotAt({ slotOf }: Table, value: number): number {
  return value < 0 || slotOf === null ? value : (slotOf[value] ?? -1);
}

/** What a variable asks of all tables together, each by its scale. */
export function demandOf({ items, tables }: Problem, variable: number): number {
  let sum = 0;
  for (let i = items.start[variable] ?? 0; i < (items.start[variable + 1] ?? 0); i += 1)
    sum += (items.demand[i] ?? 0) * (tables[items.table[i] ?? 0]?.scale ?? 1);
  return sum;
}
