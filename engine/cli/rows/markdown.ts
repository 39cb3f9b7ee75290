import type { Result } from './result.js';
import { valueText } from './result.js';

function cell(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll(/\r\n|\r|\n/g, '<br>');
}

/** Rows as a Markdown table; null is an empty cell. */
export function renderMarkdown({ columns, rows }: Result): string {
  const numeric = columns.map((_name, i) =>
    rows.every((row) => row[i] === null || typeof row[i] === 'number' || typeof row[i] === 'bigint'),
  );
  const lines = [
    columns.map(cell),
    numeric.map((right) => (right && rows.length > 0 ? '---:' : '---')),
    ...rows.map((row) => row.map((value) => (value === null ? '' : cell(valueText(value))))),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
