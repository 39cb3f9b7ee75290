import type { Cells, Problem } from './problem.js';
import { Kind } from './problem.js';
import { startsOf } from './starts.js';

/**
 * What of a problem's cells has to follow while values change.
 *
 * - Cells that reach neither a hard cell nor the objective are left out.
 * - What only adds to the objective, by one load alone, is a **piece** of that load and no cell any more.
 * - Cells that decide what is hard have lower ranks than all others, so that a move that breaks something is known
 *   before its objective is worked out.
 */
export interface Program {
  readonly rank: Int32Array;
  /** Cells of each rank: `rankStart[r + 1] - rankStart[r]`. */
  readonly rankStart: Int32Array;
  readonly readerStart: Int32Array;
  readonly reader: Int32Array;
  readonly coefficient: Float64Array;
  /** 1 where something follows a cell or it is asked for. */
  readonly isLive: Uint8Array;
  /** All live cells by rank. */
  readonly order: Int32Array;
  /**
   * Disjunctions of two literals look at what they read instead of keeping a sum. By reader: the cell of the other
   * literal, or -1 for any other cell, and the value with which that literal holds, so that nothing follows.
   */
  readonly other: Int32Array;
  readonly otherTruth: Uint8Array;
  /** 1 for such a disjunction. */
  readonly isPair: Uint8Array;
  /** By load cell. */
  readonly pieces: ReadonlyMap<number, readonly Piece[]>;
}

/** What a load adds to a level: `factor * max(base + scale * load, least)`. */
export interface Piece {
  readonly level: number;
  readonly factor: number;
  readonly base: number;
  readonly scale: number;
  readonly least: number;
}

export function programOf({ cells, hard, levels }: Problem): Program {
  const count = cells.kind.length;
  const inDegree = new Int32Array(count);
  for (const reader of cells.reader) inDegree[reader] = (inDegree[reader] ?? 0) + 1;
  const levelOf = new Map([...levels].map((cell, i) => [cell, i]));
  const gone = new Uint8Array(count);
  const pieces = new Map<number, Piece[]>();
  for (let cell = 0; cell < count; cell += 1) {
    if (cells.kind[cell] !== Kind.load) continue;
    for (let i = cells.readerStart[cell] ?? 0; i < (cells.readerStart[cell + 1] ?? 0); i += 1) {
      const own = piecesOf(cells, levelOf, inDegree, i);
      if (own === null) continue;
      const list = pieces.get(cell);
      if (list === undefined) pieces.set(cell, own);
      else list.push(...own);
      const reader = cells.reader[i] ?? 0;
      if (!levelOf.has(reader)) gone[reader] = 1;
    }
  }
  const { isLive, leads } = reachOf(cells, hard, levels, gone, pieces, levelOf);
  const top = cells.rank.reduce((most, rank) => Math.max(most, rank), 0);
  const rank = cells.rank.map((own, cell) => (leads[cell] === 1 ? own : own + top + 1));
  const from: number[] = [];
  const reader: number[] = [];
  const coefficient: number[] = [];
  for (let cell = 0; cell < count; cell += 1) {
    if (isLive[cell] !== 1) continue;
    const isSplit = pieces.has(cell);
    for (let i = cells.readerStart[cell] ?? 0; i < (cells.readerStart[cell + 1] ?? 0); i += 1) {
      const target = cells.reader[i] ?? 0;
      if (isLive[target] !== 1 || (isSplit && levelOf.has(target))) continue;
      from.push(cell);
      reader.push(target);
      coefficient.push(cells.coefficient[i] ?? 0);
    }
  }
  const { isPair, other, otherTruth } = pairsOf(cells, hard, from, reader, coefficient);
  const live: number[] = [];
  for (let cell = 0; cell < count; cell += 1) if (isLive[cell] === 1) live.push(cell);
  const ranks = 2 * (top + 1);
  const rankStart = startsOf(
    ranks,
    live.map((cell) => rank[cell] ?? 0),
  );
  const next = rankStart.slice();
  const order = new Int32Array(live.length);
  for (const cell of live) {
    const at = next[rank[cell] ?? 0] ?? 0;
    next[rank[cell] ?? 0] = at + 1;
    order[at] = cell;
  }
  return {
    rank,
    rankStart,
    readerStart: startsOf(count, from),
    reader: Int32Array.from(reader),
    coefficient: Float64Array.from(coefficient),
    isLive,
    order,
    other,
    otherTruth,
    isPair,
    pieces,
  };
}

/** Disjunctions of two literals of different cells, and by edge the cell and truth of the other literal. */
function pairsOf(
  cells: Cells,
  hard: Int32Array,
  from: readonly number[],
  reader: readonly number[],
  coefficient: readonly number[],
): { isPair: Uint8Array; other: Int32Array; otherTruth: Uint8Array } {
  const count = cells.kind.length;
  const isPair = new Uint8Array(count);
  const first = new Int32Array(count).fill(-1);
  const second = new Int32Array(count).fill(-1);
  const reads = new Uint8Array(count);
  reader.forEach((cell, i) => {
    if (cells.kind[cell] !== Kind.or || reads[cell] === MANY) return;
    reads[cell] = (reads[cell] ?? 0) + 1;
    if (reads[cell] === 1) first[cell] = i;
    else second[cell] = i;
  });
  const isHard = new Set(hard);
  const other = new Int32Array(reader.length).fill(-1);
  const otherTruth = new Uint8Array(reader.length);
  for (let cell = 0; cell < count; cell += 1) {
    if (reads[cell] !== 2 || isHard.has(cell)) continue;
    const [a, b] = [first[cell] ?? 0, second[cell] ?? 0];
    const negated = Number((coefficient[a] ?? 0) < 0) + Number((coefficient[b] ?? 0) < 0);
    if (from[a] === from[b] || cells.base[cell] !== negated) continue;
    isPair[cell] = 1;
    for (const [own, its] of [
      [a, b],
      [b, a],
    ] as const) {
      other[own] = from[its] ?? 0;
      otherTruth[own] = (coefficient[its] ?? 0) > 0 ? 1 : 0;
    }
  }
  return { isPair, other, otherTruth };
}

/** More literals than a pair has. */
const MANY = 3;

/** What a load adds to levels through its reader at a place alone, or null where that is more than a piece. */
function piecesOf(
  cells: Cells,
  levelOf: ReadonlyMap<number, number>,
  inDegree: Int32Array,
  at: number,
): Piece[] | null {
  const reader = cells.reader[at] ?? 0;
  const scale = cells.coefficient[at] ?? 0;
  const own = levelOf.get(reader);
  if (own !== undefined) return [{ level: own, factor: scale, base: 0, scale: 1, least: -Infinity }];
  const kind = cells.kind[reader];
  if ((kind !== Kind.atLeast && kind !== Kind.atMost) || inDegree[reader] !== 1) return null;
  const pieces: Piece[] = [];
  for (let i = cells.readerStart[reader] ?? 0; i < (cells.readerStart[reader + 1] ?? 0); i += 1) {
    const level = levelOf.get(cells.reader[i] ?? 0);
    if (level === undefined) return null;
    const factor = cells.coefficient[i] ?? 0;
    const base = cells.base[reader] ?? 0;
    // The smaller of two is minus the greater of their opposites.
    if (kind === Kind.atLeast) pieces.push({ level, factor, base, scale, least: cells.lo[reader] ?? 0 });
    else {
      pieces.push({ level, factor: -factor, base: -base, scale: -scale, least: -(cells.hi[reader] ?? 0) });
    }
  }
  return pieces;
}

/** Which cells reach something that is asked for, and which of them something hard. */
function reachOf(
  cells: Cells,
  hard: Int32Array,
  levels: Int32Array,
  gone: Uint8Array,
  pieces: ReadonlyMap<number, unknown>,
  levelOf: ReadonlyMap<number, number>,
): { isLive: Uint8Array; leads: Uint8Array } {
  const count = cells.kind.length;
  const isLive = new Uint8Array(count);
  const leads = new Uint8Array(count);
  for (const cell of levels) isLive[cell] = 1;
  for (const cell of hard) isLive[cell] = leads[cell] = 1;
  const byRank = startsOf(cells.rank.reduce((most, rank) => Math.max(most, rank), 0) + 1, cells.rank);
  const order = new Int32Array(count);
  for (let cell = 0; cell < count; cell += 1) {
    const rank = cells.rank[cell] ?? 0;
    const at = byRank[rank] ?? 0;
    byRank[rank] = at + 1;
    order[at] = cell;
  }
  for (let k = count - 1; k >= 0; k -= 1) {
    const cell = order[k] ?? 0;
    if (gone[cell] === 1) continue;
    // Whether an item counts may decide limits of tables.
    if (cells.kind[cell] === Kind.presence) isLive[cell] = leads[cell] = 1;
    const isSplit = pieces.has(cell);
    for (let i = cells.readerStart[cell] ?? 0; i < (cells.readerStart[cell + 1] ?? 0); i += 1) {
      const reader = cells.reader[i] ?? 0;
      if (isSplit && levelOf.has(reader)) continue;
      if (isLive[reader] === 1) isLive[cell] = 1;
      if (leads[reader] === 1) leads[cell] = 1;
    }
  }
  return { isLive, leads };
}
