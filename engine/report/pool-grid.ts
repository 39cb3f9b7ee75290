import type { GridAxis, Numbers } from './report.js';

/** How a grid is drawn: cell by cell, or in blocks where it has more cells than a page can show. */
export interface Pooling {
  readonly rows: GridAxis;
  readonly columns: GridAxis;
  /** Cells on each side of a block; 1 draws each cell. */
  readonly side: number;
  /** Columns of the grid as given. */
  readonly width: number;
}

/** The least block side that leaves at most `limit` cells. */
export function poolingOf(rows: GridAxis, columns: GridAxis, limit: number): Pooling {
  const width = columns.labels.length;
  let side = 1;
  while (Math.ceil(rows.labels.length / side) * Math.ceil(width / side) > limit) side += 1;
  return { rows: pooledAxis(rows, side), columns: pooledAxis(columns, side), side, width };
}

function pooledAxis({ name, labels }: GridAxis, side: number): GridAxis {
  if (side === 1) return { name, labels };
  const pooled: string[] = [];
  for (let from = 0; from < labels.length; from += side) {
    const to = Math.min(labels.length, from + side) - 1;
    const first = labels[from] ?? '';
    pooled.push(to === from ? first : `${first}..${labels[to] ?? ''}`);
  }
  return { name, labels: pooled };
}

/** The numbers of a grid by block: the mean of the numbers in it, null where there is none. */
export function poolValues(values: Numbers, { rows, columns, side, width }: Pooling): (number | null)[] {
  if (side === 1) return Array.from(values);
  const across = columns.labels.length;
  const sums = new Float64Array(rows.labels.length * across);
  const counts = new Int32Array(sums.length);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? null;
    if (value === null) continue;
    const block = poolIndex(index, side, width, across);
    sums[block] = (sums[block] ?? 0) + value;
    counts[block] = (counts[block] ?? 0) + 1;
  }
  return Array.from(sums, (sum, block) => {
    const count = counts[block] ?? 0;
    return count === 0 ? null : sum / count;
  });
}

/** Blocks that hold the given cells, each once, rising. */
export function poolCells(cells: ArrayLike<number>, { columns, side, width }: Pooling): number[] {
  const across = columns.labels.length;
  const blocks = new Set(Array.from(cells, (cell) => poolIndex(cell, side, width, across)));
  return [...blocks].sort((a, b) => a - b);
}

function poolIndex(index: number, side: number, width: number, across: number): number {
  return Math.floor(Math.floor(index / width) / side) * across + Math.floor((index % width) / side);
}
