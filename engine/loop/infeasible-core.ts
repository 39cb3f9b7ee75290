import type { SqlRecord } from '../base/sql-value.js';

/** Constraints that cannot hold together, with the rows that clash. */
export interface InfeasibleCore {
  /** Without any one constraint, and without any one row of it, the others can hold. */
  readonly minimal: boolean;
  /** Why `minimal` is false: the time ended first, or no solver could say. Null where it is true. */
  readonly unproved: 'time' | 'undecided' | null;
  readonly constraints: readonly CoreConstraint[];
  /** Values that the schema gives the decisions of the core; these are facts and in every core. */
  readonly domains: readonly CoreDomain[];
  /** Changes each of which alone would let everything hold, the least first; empty where none was asked for or proved. */
  readonly fixes: readonly CoreFix[];
}

export interface CoreConstraint {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** True for what the schema demands: a table check, a key, a column without any value to take. */
  readonly implied: boolean;
  /** All rows that clash, those inside groups and capacities included. */
  readonly rows: readonly SqlRecord[];
  /** The same rows by group, for aggregates, capacities and unique keys; empty where rows clash one by one. */
  readonly groups: readonly CoreGroup[];
  /** For what the schema demands: the decision columns it is about, `table.column`. */
  readonly columns: readonly string[];
}

export interface CoreGroup {
  /** Columns that the policy groups by; empty where it does not. */
  readonly group: SqlRecord;
  /** Rows of the group without any one of which it would fit. */
  readonly rows: readonly SqlRecord[];
  /** Keys of a capacity that must not have more room for the clash to stand. */
  readonly keys: readonly SqlRecord[];
  /** Those are all the keys that the capacity has. */
  readonly every_key: boolean;
}

export interface CoreDomain {
  readonly table: string;
  readonly column: string;
  /** `parent(column)` of the foreign key, or null for a boolean column. */
  readonly from: string | null;
  readonly values: number;
}

export type CoreFix =
  /** More room at one key of a capacity. */
  | {
      readonly constraint: string;
      readonly change: 'capacity';
      /** The key, and the columns that the policy groups by. */
      readonly row: SqlRecord;
      readonly from: number;
      readonly to: number;
    }
  /** Another bound of a comparison, on all its rows alike. */
  | {
      readonly constraint: string;
      readonly change: 'bound';
      readonly sense: 'larger' | 'smaller';
      readonly by: number;
    }
  /** One policy less. */
  | { readonly constraint: string; readonly change: 'constraint' };
