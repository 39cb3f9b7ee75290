import { product } from '../../controllers/npu/tap/tap.js';

/** Most lines of a map; the rest is told as a count. */
const MOST_LINES = 24;

/** A map of a tensor as lines of numbers, one line per row of the last dimension; `.` where there is no visit. */
export function mapText(
  tensor: readonly number[],
  valueAt: (element: number) => number | null,
  columns: number,
): string {
  const width = tensor.at(-1) ?? 1;
  const height = product(tensor.slice(0, -1));
  const lines = Math.min(height, MOST_LINES);
  const cellsOf = (count: number): string[][] =>
    Array.from({ length: lines }, (_one, row) =>
      Array.from({ length: count }, (_cell, i) => String(valueAt(row * width + i) ?? '.')),
    );
  const cellWidth = Math.max(
    ...cellsOf(Math.min(width, columns)).map((row) => Math.max(...row.map((cell) => cell.length))),
  );
  const room = Math.max(1, Math.floor((columns - 2) / (cellWidth + 1)));
  const shown = width <= room ? width : Math.max(1, Math.floor((columns - 6) / (cellWidth + 1)));
  const tail = shown < width ? ' ...' : '';
  const text = cellsOf(shown).map(
    (row) => ` ${row.map((cell) => cell.padStart(cellWidth)).join(' ')}${tail}\n`,
  );
  const hidden = height - lines;
  return text.join('') + (hidden === 0 ? '' : ` ... ${hidden} more row${hidden === 1 ? '' : 's'}\n`);
}
