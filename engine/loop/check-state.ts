import type { SqlRecord } from '../base/sql-value.js';
import type { LoweredPolicy } from '../lower/lower.js';
import type { Store } from '../store/store.js';

/** Domains of decision columns as JSON, from a grounding; null outside a solve. */
export type Domains = string | null;

/** One row of the database that violates a policy now. */
export interface Violation {
  readonly policy: LoweredPolicy;
  readonly row: SqlRecord;
}

/** The value a soft constraint has in the database now; null where SQLite finds none. */
export interface SoftValue {
  readonly name: string;
  readonly value: number | null;
}

/** Rows that violate hard policies, by the checking queries alone. At most `limit` per query. */
export function violationsNow(
  store: Store,
  policies: readonly LoweredPolicy[],
  limit: number,
  domains: Domains = null,
): Violation[] {
  return policies.flatMap((policy) =>
    policy.violations.flatMap((query) => {
      const sql = `select * from (${query.sql}) limit ${limit}`;
      const rows = store.rows(sql, query.domains ? [domains] : []);
      return rows.map((cells) => ({
        policy,
        row: Object.fromEntries(query.names.map((name, i) => [name, cells[i] ?? null])),
      }));
    }),
  );
}

/** Unweighted values of all soft terms as SQLite computes them. */
export function softValuesNow(
  store: Store,
  policies: readonly LoweredPolicy[],
  domains: Domains = null,
): SoftValue[] {
  return policies.flatMap((policy) =>
    policy.softValues.map((query) => {
      const value = store.rows(query.sql, query.domains ? [domains] : [])[0]?.[0] ?? null;
      return { name: query.name, value: value === null ? null : Number(value) };
    }),
  );
}
