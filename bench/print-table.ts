import type { Cell, Row, Table } from './bench.js';

/** A table as text: title, aligned columns, numbers to the right. */
export function printTable({ title, rows }: Table): string {
  const [first] = rows;
  if (first === undefined) return `${title}\n  (no rows)\n`;
  const names = Object.keys(first);
  const cells = rows.map((row) => names.map((name) => cellText(name, row[name] ?? null)));
  const widths = names.map((name, column) =>
    Math.max(name.length, ...cells.map((line) => line[column]?.length ?? 0)),
  );
  const isNumber = names.map((name) => rows.every((row) => typeof row[name] !== 'string'));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, column) => {
        const width = widths[column] ?? 0;
        return isNumber[column] === true ? text.padStart(width) : text.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const body = [line(names), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)];
  return `${title}\n${body.map((text) => `  ${text}`).join('\n')}\n`;
}

function cellText(name: string, cell: Cell): string {
  if (cell === null) return '-';
  if (typeof cell === 'string') return cell;
  if (name.endsWith('_share')) return cell.toFixed(3);
  if (Number.isInteger(cell)) return grouped(cell);
  const size = Math.abs(cell);
  if (size >= 1000) return grouped(Math.round(cell));
  return size >= 100
    ? cell.toFixed(0)
    : size >= 10
      ? cell.toFixed(1)
      : size >= 1
        ? cell.toFixed(2)
        : cell.toFixed(3);
}

function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Rows for the JSON line: each names its table, numbers keep four digits. */
export function jsonRows(tables: readonly Table[]): Row[] {
  return tables.flatMap(({ name, rows }) =>
    rows.map((row) => ({
      table: name,
      ...Object.fromEntries(Object.entries(row).map(([key, cell]) => [key, shortened(cell)])),
    })),
  );
}

function shortened(cell: Cell): Cell {
  return typeof cell === 'number' && !Number.isInteger(cell) ? Number(cell.toPrecision(4)) : cell;
}
