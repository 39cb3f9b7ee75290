import type { Clock } from '../base/clock.js';
import type { Diagnostic } from '../base/diagnostic.js';
import { isError } from '../base/diagnostic.js';
import type { SourceFile } from '../base/source.js';
import { evaluate } from '../model/evaluate.js';
import type { LevelResult, SolveLimits } from '../solve/solver.js';
import type { PolicySettings } from '../check/policy-settings.js';
import { StoreError } from '../store/store-error.js';
import type { Store } from '../store/store.js';
import type { CompiledPolicies } from './compile.js';
import type { CompiledDatabase } from './compile-database.js';
import { compileDatabase } from './compile-database.js';
import { coreMs, coreSearch } from './core-search.js';
import type { Decision } from './controller.js';
import type { Prepared, Solve, SoftResult } from './decide.js';
import { groundErrors, isCurrent, levelsOrZero, prepare, softResults, withBounds } from './decide.js';
import { advisoryWarnings } from './advisory.js';
import { engineFaults } from './engine-fault.js';
import { QUICK_BUDGET, idlePolicies } from './idle-policies.js';
import type { InfeasibleCore } from './infeasible-core.js';
import { findCore } from './find-core.js';
import { unboundedObjectives } from './unbounded.js';
import { decisionsOf, writeDecisions } from './writeback.js';

export interface SolveOptions {
  /** What the run sets for policies by name. */
  readonly settings?: PolicySettings;
  readonly limits: SolveLimits;
  /** Check everything, write nothing. */
  readonly dryRun: boolean;
  /** True: policies that cannot bind on these data are warned of. */
  readonly reportIdle?: boolean;
  readonly clock: Clock;
  readonly solve: Solve;
  /**
   * Wall milliseconds for the search for a core after an infeasible solve, or null for no limit. Left out: ten times
   * the solve, at least 2 s and at most the solve's own limit.
   */
  readonly coreMs?: number | null;
  /** True: what would fix an infeasible set is asked for in the same time. */
  readonly reportFixes?: boolean;
}

/** Wall milliseconds per stage. */
export interface StageTimes {
  readonly compile: number;
  readonly ground: number;
  readonly solve: number;
  readonly verify: number;
  readonly commit: number;
}

export interface SolveResult {
  /** null when a diagnostic is an error and nothing was solved. */
  readonly status: 'optimal' | 'feasible' | 'infeasible' | 'unknown' | 'model_invalid' | null;
  readonly levels: readonly LevelResult[];
  readonly soft: readonly SoftResult[];
  readonly assignments: readonly Decision[];
  readonly core: InfeasibleCore | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly backend: string | null;
  readonly variables: number;
  readonly constraints: number;
  readonly ms: StageTimes;
}

const STALE_RETRIES = 3;

/**
 * Decides every controllable cell that a policy set reads, once, on any database, and writes the decisions.
 * On a database that was not adopted it writes decision columns and nothing else.
 */
export async function solveDatabase(
  store: Store,
  sources: readonly SourceFile[],
  options: SolveOptions,
): Promise<SolveResult> {
  return solveCompiled(store, compileDatabase(store, sources, options), options);
}

/** The same with policies that were compiled before. INVARIANT: the schema has not changed since. */
export async function solveCompiled(
  store: Store,
  { compiled, diagnostics, relations, ms: compileMs }: CompiledDatabase,
  options: SolveOptions,
): Promise<SolveResult> {
  if (compiled === null) return failed(diagnostics, { ...noTime, compile: compileMs });
  for (let attempt = 0; ; attempt += 1) {
    const result = await solveOnce(store, compiled, diagnostics, relations, options, compileMs);
    if (result !== null) return result;
    if (attempt === STALE_RETRIES) {
      const message = 'the database kept changing while the solver worked; nothing was written';
      return failed([...diagnostics, { code: 'solve/stale', severity: 'error', message }], noTime);
    }
  }
}

const noTime: StageTimes = { compile: 0, ground: 0, solve: 0, verify: 0, commit: 0 };

function failed(diagnostics: readonly Diagnostic[], ms: StageTimes): SolveResult {
  return {
    status: null,
    levels: [],
    soft: [],
    assignments: [],
    core: null,
    diagnostics,
    backend: null,
    variables: 0,
    constraints: 0,
    ms,
  };
}

/** One attempt; null when the database changed under it. */
async function solveOnce(
  store: Store,
  compiled: CompiledPolicies,
  warnings: readonly Diagnostic[],
  relations: Parameters<typeof writeDecisions>[2],
  options: SolveOptions,
  compileMs: number,
): Promise<SolveResult | null> {
  const { clock, limits, solve } = options;
  const groundStart = clock.nowMs();
  // Why a policy has no row is asked in the state that shows it.
  const { made, idle } = store.read(() => {
    const first = prepare(store, compiled);
    const { cells, diagnostics } = first.grounded;
    // Where nothing is to be decided no policy binds, and none is at fault.
    const isAsked = options.reportIdle === true && cells.length > 0 && !diagnostics.some(isError);
    return {
      made: first,
      idle: isAsked ? idlePolicies(first.grounded, compiled, store, QUICK_BUDGET) : [],
    };
  });
  const prepared = await withBounds(made, solve, limits);
  const { grounded } = prepared;
  const problems = groundErrors(grounded, compiled);
  const groundMs = clock.nowMs() - groundStart;
  const times = { ...noTime, compile: compileMs, ground: groundMs };
  if (problems.length > 0)
    return failed(
      [...warnings, ...grounded.diagnostics.filter((one) => one.severity === 'warning'), ...problems],
      times,
    );
  const solveStart = clock.nowMs();
  const report = await solve(grounded.model, limits);
  const { outcome } = report;
  const ms = { ...times, solve: clock.nowMs() - solveStart };
  const diagnostics = [...warnings, ...grounded.diagnostics, ...idle, ...rejectionWarnings(report)];
  const common = {
    backend: report.backend,
    variables: grounded.model.variables.length,
    constraints: grounded.model.constraints.length,
  };
  switch (outcome.status) {
    case 'optimal':
    case 'feasible': {
      const { soft } = evaluate(grounded.model, outcome.values);
      const softValues = softResults(grounded.model, soft);
      const assignments = decisionsOf(grounded, outcome.values);
      const written = writeChecked(store, compiled, prepared, assignments, softValues, relations, options);
      if (written === null) return null;
      if (written.faults.length > 0) return { ...failed([...diagnostics, ...written.faults], ms), ...common };
      return {
        status: outcome.status,
        levels: levelsOrZero(outcome.levels),
        soft: softValues,
        assignments,
        core: null,
        diagnostics: [...diagnostics, ...written.advice],
        ...common,
        ms: { ...ms, verify: written.verifyMs, commit: written.commitMs },
      };
    }
    case 'infeasible': {
      const timeMs = options.coreMs === undefined ? coreMs(ms.solve, limits) : options.coreMs;
      const search = coreSearch(store, compiled, made, solve, limits, clock, timeMs);
      const found = await findCore(search, outcome.blamed, options.reportFixes === true);
      if (found === null) {
        const refuted = refutedDiagnostic(report.backend);
        return { ...failed([...diagnostics, refuted], ms), status: 'unknown', ...common };
      }
      const { core, diagnostic } = found;
      return { ...failed([...diagnostics, diagnostic], ms), status: 'infeasible', core, ...common };
    }
    case 'unknown': {
      const limit: Diagnostic = {
        code: 'solve/unknown',
        severity: 'error',
        message: 'the limit came before any answer; nothing was written',
        help: 'raise the limit, or narrow the decisions',
      };
      return { ...failed([...diagnostics, limit], ms), status: 'unknown', ...common };
    }
    case 'model_invalid': {
      const message = `the model cannot be solved: ${outcome.problems.join('; ')}`;
      const invalid: Diagnostic = { code: 'solve/model-invalid', severity: 'error', message };
      const open = unboundedObjectives(grounded, compiled);
      const problem = open.length > 0 ? open : [invalid];
      return { ...failed([...diagnostics, ...problem], ms), status: 'model_invalid', ...common };
    }
  }
}

function refutedDiagnostic(backend: string | null): Diagnostic {
  const message = `${backend ?? 'a solver'} says that nothing satisfies the policies, but something does; nothing was written`;
  return { code: 'solve/unknown', severity: 'error', message, help: 'solve again with another `--solver`' };
}

function rejectionWarnings(report: Awaited<ReturnType<Solve>>): Diagnostic[] {
  return report.rejections
    .filter((rejection) => rejection.reason !== 'unsupported')
    .map(({ backend, reason, detail }) => ({
      code: 'solve/backend-rejected',
      severity: 'warning',
      message: `the answer of ${backend} was not accepted (${reason}: ${detail})`,
    }));
}

interface Written {
  readonly faults: readonly Diagnostic[];
  /** Rows of the answer that violate advisory policies. */
  readonly advice: readonly Diagnostic[];
  readonly verifyMs: number;
  readonly commitMs: number;
}

/** Writes inside a savepoint, lets SQLite check, and undoes it all on a fault or a dry run. Null when stale. */
function writeChecked(
  store: Store,
  compiled: CompiledPolicies,
  prepared: Prepared,
  assignments: readonly Decision[],
  soft: readonly SoftResult[],
  relations: Parameters<typeof writeDecisions>[2],
  { clock, dryRun }: SolveOptions,
): Written | null {
  const started = clock.nowMs();
  const undo = new Error('undo');
  let faults: readonly Diagnostic[] = [];
  let advice: readonly Diagnostic[] = [];
  let verifyMs = 0;
  try {
    const current = store.write(() => {
      if (!isCurrent(store, prepared)) return false;
      try {
        store.savepoint(() => {
          writeDecisions(store, assignments, relations);
          const verifying = clock.nowMs();
          faults = engineFaults(store, compiled.policies, { kind: 'model', soft }, prepared.grounded.domains);
          advice = advisoryWarnings(store, compiled.advisory, prepared.grounded.domains);
          verifyMs = clock.nowMs() - verifying;
          if (faults.length > 0 || dryRun) throw undo;
        });
      } catch (error) {
        if (error !== undo) throw error;
      }
      if (faults.length === 0 && !dryRun) store.bumpState();
      return true;
    });
    if (!current) return null;
  } catch (error) {
    if (!(error instanceof StoreError) || !error.code.startsWith('SQLITE_CONSTRAINT')) throw error;
    const message = `SQLite refuses to store the answer: ${error.message}`;
    faults = [{ code: 'solve/engine-fault', severity: 'error', message, help: 'nothing was written' }];
  }
  return { faults, advice, verifyMs, commitMs: Math.max(0, clock.nowMs() - started - verifyMs) };
}
