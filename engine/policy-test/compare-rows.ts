import { byText } from '../base/order.js';
import type { SqlValue } from '../base/sql-value.js';
import { isWord, sqlTokens } from '../store/sql-text.js';
import { literalText } from './literal-text.js';
import type { SqlText } from './test-file.js';
import type { FailureTable } from './test-result.js';

/** Rows of a comparison that are shown. */
const SHOWN = 40;

/**
 * Where two lists of rows differ, or null where they are equal. `-` marks an expected row that is missing, `+` one
 * that nobody expected. The order counts only where the query says `order by`.
 */
export function compareRows(
  query: SqlText,
  columns: readonly string[],
  wanted: readonly (readonly SqlValue[])[],
  found: readonly (readonly SqlValue[])[],
): FailureTable | null {
  const keyOf = (row: readonly SqlValue[]): string => row.map(literalText).join(', ');
  const ordered = isOrdered(query.text);
  const keyed = (rows: readonly (readonly SqlValue[])[]): { key: string; row: readonly SqlValue[] }[] => {
    const all = rows.map((row) => ({ key: keyOf(row), row }));
    return ordered ? all : all.sort((a, b) => byText(a.key, b.key));
  };
  const left = keyed(wanted);
  const right = keyed(found);
  if (left.length === right.length && left.every(({ key }, i) => key === right[i]?.key)) return null;
  const rows = difference(left, right).map(({ mark, row }) => [mark, ...row.map(literalText)]);
  const width = Math.max(columns.length, ...rows.map((row) => row.length - 1));
  const names = Array.from({ length: width }, (_, i) => columns[i] ?? '');
  const cut = rows.slice(0, SHOWN);
  if (rows.length > SHOWN) cut.push(['', `and ${rows.length - SHOWN} more`]);
  const filled = cut.map((row) => Array.from({ length: width + 1 }, (_, i) => row[i] ?? ''));
  return { columns: ['', ...names], rows: filled };
}

interface Keyed {
  readonly key: string;
  readonly row: readonly SqlValue[];
}

/** A shortest edit script by longest common subsequence; test tables are small. */
function difference(
  left: readonly Keyed[],
  right: readonly Keyed[],
): { mark: string; row: readonly SqlValue[] }[] {
  const lengths = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      const row = lengths[i];
      if (row === undefined) continue;
      row[j] = left[i]?.key === right[j]?.key ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const script: { mark: string; row: readonly SqlValue[] }[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    const one = left[i];
    const other = right[j];
    if (one !== undefined && one.key === other?.key) {
      script.push({ mark: ' ', row: one.row });
      i += 1;
      j += 1;
    } else if (one !== undefined && (other === undefined || at(i + 1, j) >= at(i, j + 1))) {
      script.push({ mark: '-', row: one.row });
      i += 1;
    } else if (other !== undefined) {
      script.push({ mark: '+', row: other.row });
      j += 1;
    }
  }
  return script;
}

/** True where `order by` stands outside all parentheses. */
function isOrdered(sql: string): boolean {
  let depth = 0;
  let before = false;
  for (const token of sqlTokens(sql)) {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    if (depth === 0 && before && isWord(token, 'by')) return true;
    before = depth === 0 && isWord(token, 'order');
  }
  return false;
}
