import type { Insertable, Selectable } from 'kysely';
import { core, execute, queryAll } from './query.js';
import type { Store } from './store.js';
import type { SolveRunTable } from './tables.js';

export type NewSolveRun = Omit<Insertable<SolveRunTable>, 'solve_run_id'>;
export type SolveRunRow = Selectable<SolveRunTable>;

/** Keeps how one solve went. For people and benchmarks; nothing is decided by it. */
export function recordSolveRun(store: Store, run: NewSolveRun): void {
  execute(store, core.insertInto('solve_run').values(run));
}

/** Solves in the order they were made, optionally of one tick. */
export function readSolveRuns(store: Store, tick?: number): SolveRunRow[] {
  const all = core.selectFrom('solve_run').selectAll().orderBy('solve_run_id');
  return queryAll(store, tick === undefined ? all : all.where('tick', '=', tick));
}
