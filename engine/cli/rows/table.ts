import type { SqlValue } from '../../base/sql-value.js';
import type { Colors } from '../render/colors.js';
import { displayWidth, safeText } from '../render/width.js';
import type { Result } from './result.js';
import { valueText } from './result.js';

const NULL = 'NULL';

/** What a cell shows; a text that reads like the mark for null is quoted, so that the two differ without colour. */
function cellText(value: SqlValue): string {
  if (value === null) return NULL;
  return value === NULL ? `'${NULL}'` : safeText(valueText(value));
}

function isNumber(value: SqlValue): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** A column of numbers, nulls aside, stands to the right. */
function isNumeric({ rows }: Result, column: number): boolean {
  const values = rows.map((row) => row[column] ?? null).filter((value) => value !== null);
  return values.length > 0 && values.every(isNumber);
}

/** Rows for people: a header, a rule, one line per row. */
export function renderTable(result: Result, colors: Colors): string {
  const header = result.columns.map(safeText);
  const body = result.rows.map((row) => row.map(cellText));
  const numeric = header.map((_name, i) => isNumeric(result, i));
  const widths = header.map((name, i) =>
    body.reduce((width, row) => Math.max(width, displayWidth(row[i] ?? '')), displayWidth(name)),
  );
  const pad = (text: string, i: number): string => {
    const space = ' '.repeat((widths[i] ?? 0) - displayWidth(text));
    return numeric[i] === true ? `${space}${text}` : `${text}${space}`;
  };
  const line = (cells: readonly string[]): string => cells.join('  ').trimEnd();
  const lines = [
    line(header.map((name, i) => colors.bold(pad(name, i)))),
    line(widths.map((width) => '-'.repeat(width))),
    ...body.map((row, at) =>
      line(row.map((text, i) => (result.rows[at]?.[i] === null ? colors.dim(pad(text, i)) : pad(text, i)))),
    ),
  ];
  return `${lines.join('\n')}\n`;
}
