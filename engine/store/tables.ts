// Generated from schema/00_core.sql by test/schema-drift.test.ts (UPDATE=1); not to be edited.
import type { Generated } from 'kysely';

/** Rows of `applied_migration`. */
export interface AppliedMigrationTable {
  name: string;
  checksum: string;
}

/** Rows of `journal`. */
export interface JournalTable {
  seq: Generated<number>;
  tick: number;
  kind: 'input' | 'decision' | 'effect' | 'refusal' | 'outcome' | 'stale';
  at_us: number;
  body: string;
  hash: string;
  digest: string;
}

/** Rows of `meta`. */
export interface MetaTable {
  meta_id: Generated<number>;
  state_version: Generated<number>;
  journal_seq: Generated<number>;
  journal_hash: Generated<string>;
  journal_digest: Generated<string>;
}

/** Rows of `solve_run`. */
export interface SolveRunTable {
  solve_run_id: Generated<number>;
  tick: number;
  at_us: number;
  status: 'optimal' | 'feasible' | 'infeasible' | 'unknown' | 'model_invalid' | 'stale' | 'rejected';
  backend: string | null;
  policy_digest: string | null;
  batch_count: Generated<number>;
  variable_count: Generated<number>;
  constraint_count: Generated<number>;
  decision_count: Generated<number>;
  levels: Generated<string>;
  compile_us: Generated<number>;
  ground_us: Generated<number>;
  solve_us: Generated<number>;
  verify_us: Generated<number>;
  commit_us: Generated<number>;
}

/** Rows of `timer`. */
export interface TimerTable {
  owner: string;
  key: string;
  name: Generated<string>;
  due_us: number;
  event: string;
}

/** The core tables by name, as Kysely wants them. */
export interface CoreTables {
  applied_migration: AppliedMigrationTable;
  journal: JournalTable;
  meta: MetaTable;
  solve_run: SolveRunTable;
  timer: TimerTable;
}
