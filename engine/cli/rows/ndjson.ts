import { jsonText } from '../render/json.js';
import type { Result } from './result.js';

/** Names that tell all columns apart: of two `a`, the second becomes `a_2`. */
function distinctNames(columns: readonly string[]): string[] {
  const taken = new Set<string>();
  return columns.map((column) => {
    let name = column;
    for (let i = 2; taken.has(name); i += 1) name = `${column}_${i}`;
    taken.add(name);
    return name;
  });
}

/** One JSON object per row and line. */
export function renderNdjson({ columns, rows }: Result): string {
  const names = distinctNames(columns);
  return rows
    .map((row) => `${jsonText(Object.fromEntries(names.map((name, i) => [name, row[i] ?? null])))}\n`)
    .join('');
}
