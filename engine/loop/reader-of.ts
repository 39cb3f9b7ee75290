import type { Relation } from '../catalog/catalog.js';
import type { LoweredPolicy } from '../lower/lower.js';
import { decisionTables } from '../lower/tables-read.js';

/** The first policy that reads the decisions of a table, else the first of all: where to point when the table is at fault. */
export function readerOf(table: string, policies: readonly LoweredPolicy[]): LoweredPolicy | undefined {
  const reader = policies.find(({ plan }) => {
    const read = new Map<string, Relation>();
    decisionTables(plan, read);
    return read.has(table);
  });
  return reader ?? policies[0];
}
