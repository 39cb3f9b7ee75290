import type { SqlValue } from '../../base/sql-value.js';
import type { Result } from './result.js';
import { valueText } from './result.js';

/** Null is an empty field, an empty text a quoted one. */
function field(value: SqlValue): string {
  if (value === null) return '';
  const text = valueText(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows as RFC 4180 has them: a header line, CRLF after every line. */
export function renderCsv({ columns, rows }: Result): string {
  return [columns, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}
