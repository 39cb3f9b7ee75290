import type { SqlValue } from '../base/sql-value.js';

/** A value as SQL writes it, so that `'1'` and `1` look different. */
export function literalText(value: SqlValue): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`;
  return String(value);
}
