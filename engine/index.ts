/**
 * Edict as a library: open a state, load policies, tick, query.
 *
 * ```ts
 * import { migrate, openStore, createSolver, openLoop, Runner, rack } from 'edict';
 *
 * await migrate('rack.db');
 * const store = openStore('rack.db', 'state');
 * const solver = createSolver();
 * const { loop } = openLoop(store, { controller: rack, solve: solver.solve });
 * const runner = new Runner(loop, { onTick: ({ effects }) => console.log(effects) });
 * await runner.take([
 *   { atUs: 0, type: 'host', fields: { host: 1, cores: 24, memslices: 256 } },
 *   { atUs: 0, type: 'allocate', fields: { process: 1, cores: 2, memslices: 1 } },
 * ]);
 * await solver.close();
 * store.close();
 * ```
 */
export type { Diagnostic, Note, Severity } from './base/diagnostic.js';
export { DiagnosticError, isError, sortDiagnostics } from './base/diagnostic.js';
export type { Code } from './base/codes.js';
export { CODES } from './base/codes.js';
export type { Position, SourceFile, Span } from './base/source.js';
export { positionAt } from './base/source.js';
export type { SqlRecord, SqlValue } from './base/sql-value.js';
export { rack } from './controllers/rack/controller.js';
export type {
  Batch,
  Controller,
  ControllerContext,
  Decision,
  Effect,
  LoopEvent,
  Rows,
  Scheduler,
  TriggerRule,
} from './loop/controller.js';
export type { AuditResult, AuditedObjective, AuditedSoft } from './loop/audit.js';
export { audit } from './loop/audit.js';
export type { CompiledPolicies } from './loop/compile.js';
export { compilePolicies } from './loop/compile.js';
export type { Solve } from './loop/decide.js';
export type { Emitted, TickResult } from './loop/loop.js';
export { Loop } from './loop/loop.js';
export type { LoopSetup } from './loop/open-loop.js';
export { openLoop } from './loop/open-loop.js';
export type { RunnerHooks } from './loop/runner.js';
export { Runner } from './loop/runner.js';
export type { SolveOptions, SolveResult } from './loop/solve-database.js';
export { solveDatabase } from './loop/solve-database.js';
export type { ReplayOptions, ReplayResult } from './replay/replay.js';
export { replay } from './replay/replay.js';
export type { Trace, TraceHeader, TraceRecord } from './replay/trace.js';
export { readTrace, writeTrace } from './replay/trace.js';
export { favourMainThread } from './live/favour-main-thread.js';
export type { Solver } from './loop/create-solver.js';
export { createSolver } from './loop/create-solver.js';
export type { LevelResult, SolveLimits, SolveReport } from './solve/solver.js';
export type { AdhocOptions, AdhocResult } from './store/adhoc.js';
export { queryAdhoc } from './store/adhoc.js';
export { readPolicyPaths, readShippedPolicies } from './store/files.js';
export { journalDigest, verifyJournal } from './store/journal.js';
export { migrate } from './store/migrate.js';
export type { OpenOptions, StoreMode } from './store/open.js';
export { openStore } from './store/open.js';
export type { Store } from './store/store.js';
export { StoreError } from './store/store-error.js';
