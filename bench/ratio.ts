import type { Row } from './bench.js';

/** The rows with `name`: a column of each as a multiple of that of the row it is compared with; null where there is none. */
export function withRatio(
  rows: readonly Row[],
  name: string,
  column: string,
  comparatorOf: (row: Row) => Row | undefined,
): Row[] {
  return rows.map((row) => {
    const own = row[column];
    const other = comparatorOf(row)?.[column];
    const isKnown = typeof own === 'number' && typeof other === 'number' && other !== 0;
    return { ...row, [name]: isKnown ? own / other : null };
  });
}
