import type { SqlValue } from '../../base/sql-value.js';
import { blobText } from '../render/json.js';

/** The rows of a query. */
export interface Result {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlValue[])[];
}

/** A value that is not null as text; blobs as SQL literals. */
export function valueText(value: Exclude<SqlValue, null>): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return blobText(value);
  return String(value);
}
