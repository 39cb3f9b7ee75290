import type { Cells, Problem, Table } from './problem.js';
import { Kind } from './problem.js';

/** Beyond this a sum of levels would lose units. */
const LARGEST = 2 ** 50;

/**
 * What a unit of each level is worth in one number that compares assignments as the levels do: more than all
 * that the later levels may differ by. Where that number would be too large it only guides the search.
 */
export function levelWorth(
  cells: Cells,
  levels: readonly number[],
  universe: Float64Array,
  tables: readonly Table[],
): Pick<Problem, 'worth' | 'comparable'> {
  const worth = new Float64Array(levels.length).fill(1);
  if (levels.length < 2) return { worth, comparable: true };
  const { low, high } = rangesOf(cells, universe, tables);
  let factor = 1;
  for (let i = levels.length - 1; i >= 0; i -= 1) {
    worth[i] = factor;
    const cell = levels[i] ?? 0;
    const span = (high[cell] ?? 0) - (low[cell] ?? 0);
    factor = Math.min(LARGEST, factor * (span + 1));
  }
  return { worth, comparable: factor < LARGEST };
}

/** Least and greatest value of each cell, each looked at by itself. */
export function rangesOf(
  cells: Cells,
  universe: Float64Array,
  tables: readonly Table[],
): { low: Float64Array; high: Float64Array } {
  const { kind, rank, base, readerStart, reader, coefficient, lo, hi, left, right, gate } = cells;
  const count = kind.length;
  const low = new Float64Array(count);
  const high = new Float64Array(count);
  const sumLow = Float64Array.from(base);
  const sumHigh = Float64Array.from(base);
  const first = universe[0] ?? 0;
  const last = universe[universe.length - 1] ?? 0;
  const order = Int32Array.from(kind.keys()).sort((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0) || a - b);
  for (const cell of order) {
    let least = sumLow[cell] ?? 0;
    let most = sumHigh[cell] ?? 0;
    switch (kind[cell]) {
      case Kind.member:
      case Kind.same:
      case Kind.or:
      case Kind.range:
      case Kind.presence:
        least = 0;
        most = 1;
        break;
      case Kind.value:
        least = first;
        most = last;
        break;
      case Kind.when:
      case Kind.entry:
        if ((gate[cell] ?? -1) >= 0) {
          least = Math.min(0, least);
          most = Math.max(0, most);
        }
        break;
      case Kind.atLeast:
        least = Math.max(least, lo[cell] ?? 0);
        most = Math.max(most, lo[cell] ?? 0);
        break;
      case Kind.atMost:
        least = Math.min(least, hi[cell] ?? 0);
        most = Math.min(most, hi[cell] ?? 0);
        break;
      case Kind.greatest:
      case Kind.smallest: {
        least = Infinity;
        most = -Infinity;
        for (let i = cells.inputStart[cell] ?? 0; i < (cells.inputStart[cell + 1] ?? 0); i += 1) {
          const input = cells.inputs[i] ?? 0;
          least = Math.min(least, low[input] ?? 0);
          most = Math.max(most, high[input] ?? 0);
        }
        break;
      }
      case Kind.balance: {
        const table = tables[left[cell] ?? 0];
        most = table?.floor ?? 0;
        for (const limit of table?.limit ?? []) if (limit < most) most = limit;
        most += base[cell] ?? 0;
        least = Math.min(0, most) - LARGEST / 2 ** 20;
        break;
      }
      case Kind.load:
        least = Math.min(0, lo[cell] ?? 0);
        most = hi[cell] ?? 0;
        break;
      case Kind.product:
      case Kind.quotient: {
        const corners = [low, high].flatMap((a) =>
          [low, high].map((b) => [a[left[cell] ?? 0] ?? 0, b[right[cell] ?? 0] ?? 0]),
        );
        const results = corners.map(([a = 0, b = 0]) => (kind[cell] === Kind.product ? a * b : Math.abs(a)));
        least = Math.min(...results, ...(kind[cell] === Kind.product ? [] : results.map((r) => -r)));
        most = Math.max(...results);
        break;
      }
      default:
        break;
    }
    low[cell] = least;
    high[cell] = most;
    for (let i = readerStart[cell] ?? 0; i < (readerStart[cell + 1] ?? 0); i += 1) {
      const factor = coefficient[i] ?? 0;
      if (factor === 0) continue;
      const target = reader[i] ?? 0;
      sumLow[target] = (sumLow[target] ?? 0) + Math.min(factor * least, factor * most);
      sumHigh[target] = (sumHigh[target] ?? 0) + Math.max(factor * least, factor * most);
    }
  }
  return { low, high };
}
