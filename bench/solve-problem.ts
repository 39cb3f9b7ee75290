import type { Clock } from '../engine/base/clock.js';
import type { TableRows } from '../engine/importers/dataset-format.js';
import { createSolver } from '../engine/loop/create-solver.js';
import type { SolveResult } from '../engine/loop/solve-database.js';
import { solveDatabase } from '../engine/loop/solve-database.js';
import { applyPack } from '../engine/store/apply-pack.js';
import { packagePath, readPolicyPaths } from '../engine/store/files.js';
import { loadRows } from '../engine/store/load-rows.js';
import { openStore } from '../engine/store/open.js';
import type { Store } from '../engine/store/store.js';

/** A problem that was imported, solved, checked by SQLite and written back, as `edict import` and `solve` do it. */
export interface SolvedProblem {
  readonly store: Store;
  readonly result: SolveResult;
  readonly importMs: number;
  readonly close: () => Promise<void>;
}

/** Imports the rows of a schema pack and solves them under the policies of its name. Throws on an engine fault. */
export async function solveProblem(
  pack: 'roadef' | 'gap',
  read: () => readonly TableRows[],
  limitMs: number,
  clock: Clock,
): Promise<SolvedProblem> {
  const started = clock.nowMs();
  const store = openStore(':memory:', 'plain');
  applyPack(store, pack);
  store.write(() => loadRows(store, read()));
  const importMs = clock.nowMs() - started;
  const solver = createSolver();
  const close = async (): Promise<void> => {
    store.close();
    await solver.close();
  };
  try {
    const result = await solveDatabase(store, readPolicyPaths([packagePath('policies', pack)]), {
      limits: { timeMs: limitMs, work: null, seed: 1 },
      dryRun: false,
      clock,
      solve: solver.solve,
    });
    const fault = result.diagnostics.find(({ code }) => code === 'solve/engine-fault');
    if (fault !== undefined) throw new Error(fault.message);
    return { store, result, importMs, close };
  } catch (error) {
    await close();
    throw error;
  }
}
