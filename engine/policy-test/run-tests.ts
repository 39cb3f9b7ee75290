import type { Clock } from '../base/clock.js';
import type { Diagnostic } from '../base/diagnostic.js';
import { DiagnosticError, isError } from '../base/diagnostic.js';
import type { Span } from '../base/source.js';
import type { CompiledDatabase } from '../loop/compile-database.js';
import type { Solve } from '../loop/decide.js';
import type { SolveResult } from '../loop/solve-database.js';
import { solveCompiled } from '../loop/solve-database.js';
import type { SolveLimits } from '../solve/solver.js';
import { openStore } from '../store/open.js';
import type { Snapshot } from '../store/snapshot.js';
import { openSnapshot, snapshotOf } from '../store/snapshot.js';
import { splitStatements } from '../store/sql-text.js';
import type { Store } from '../store/store.js';
import { checkExpectation, coreTable, endOf } from './check-expectation.js';
import type { CompileOnce } from './compile-once.js';
import type { LoadedTests } from './load-tests.js';
import { runSql } from './run-sql.js';
import type { Expectation, PolicyTest, SqlText } from './test-file.js';
import type { Failure, TestResult } from './test-result.js';

/** Sees every solve of a test, for coverage: first the state that is solved, then what came out. */
export interface SolveObserver {
  before(store: Store, policies: CompiledDatabase): void;
  after(store: Store, result: SolveResult, test: PolicyTest): Promise<void>;
}

export interface TestSetting {
  readonly solve: Solve;
  readonly limits: SolveLimits;
  readonly clock: Clock;
  readonly observer: SolveObserver | null;
}

/**
 * The database that every test of a file starts from: its schema files and its own statements, run once.
 * Throws DiagnosticError `test/sql`.
 */
export function makeBase({ schemas, isState, file }: LoadedTests): Snapshot {
  const store = openStore(':memory:', isState ? 'state' : 'plain');
  try {
    const scripts = schemas.flatMap((source) =>
      splitStatements(source.text).map(({ text, start, end }): SqlText => ({
        text,
        span: { source, start, end },
      })),
    );
    for (const sql of [...scripts, ...file.setup]) runSql(sql, () => store.script(sql.text));
    return snapshotOf(store);
  } finally {
    store.close();
  }
}

/** Runs one test on a copy of its base. */
export async function runPolicyTest(
  loaded: LoadedTests,
  test: PolicyTest,
  snapshot: Snapshot,
  compiler: CompileOnce,
  setting: TestSetting,
): Promise<TestResult> {
  const startedMs = setting.clock.nowMs();
  const store = openSnapshot(snapshot);
  try {
    const run = new TestRun(store, test, compiler, setting);
    const problems = await problemsOf(() => run.steps());
    const { failures } = run;
    const outcome = problems.length > 0 ? 'error' : failures.length > 0 ? 'failed' : 'passed';
    const errors =
      run.result?.diagnostics.filter((one) => isError(one) && one.code !== 'solve/infeasible') ?? [];
    return {
      file: loaded.file,
      test,
      outcome,
      failures,
      diagnostics: outcome === 'failed' ? errors : problems,
      assignments: run.result?.assignments ?? [],
      solves: run.solves,
      ms: setting.clock.nowMs() - startedMs,
    };
  } finally {
    store.close();
  }
}

/** What ends the work early, as diagnostics. */
async function problemsOf(work: () => Promise<void>): Promise<readonly Diagnostic[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return error.diagnostics;
  }
}

class TestRun {
  readonly failures: Failure[] = [];
  result: SolveResult | null = null;
  solves = 0;
  /** Rows may have changed since the last solve, so that an expectation asks for another one. */
  private stale = true;
  /** Where a solve that nobody has looked at yet was asked for; it is expected to give an answer. */
  private unseen: Span | null = null;

  constructor(
    private readonly store: Store,
    private readonly test: PolicyTest,
    private readonly compiler: CompileOnce,
    private readonly setting: TestSetting,
  ) {}

  /** Throws DiagnosticError where SQLite refuses a statement. All expectations are looked at, also behind one that fails. */
  async steps(): Promise<void> {
    for (const step of this.test.steps) {
      switch (step.kind) {
        case 'statement': {
          const { sql } = step;
          runSql(sql, () => this.store.script(sql.text));
          this.stale = true;
          break;
        }
        case 'solve':
          await this.solve(step.span);
          break;
        case 'expect':
          await this.expect(step.expectation);
          break;
      }
    }
    this.demandAnswer();
  }

  private async expect(expectation: Expectation): Promise<void> {
    const { store } = this;
    const result = this.stale || this.result === null ? await this.solve(expectation.span) : this.result;
    if (expectation.kind === 'status' || expectation.kind === 'diagnostic') this.unseen = null;
    // A query that writes (`insert ... returning`) would change what the next one sees.
    store.script('pragma query_only = on');
    try {
      const failure = checkExpectation(expectation, result, store);
      if (failure !== null) this.failures.push(failure);
    } finally {
      store.script('pragma query_only = off');
    }
  }

  private async solve(span: Span): Promise<SolveResult> {
    this.demandAnswer();
    const { store, setting } = this;
    const { solve, limits, clock, observer } = setting;
    const policies = this.compiler.for(store);
    observer?.before(store, policies);
    const result = await solveCompiled(store, policies, { solve, limits, clock, dryRun: false });
    await observer?.after(store, result, this.test);
    this.result = result;
    this.solves += 1;
    this.stale = false;
    this.unseen = span;
    return result;
  }

  /** A solve whose end no expectation names must have given an answer: else rows are compared that it never wrote. */
  private demandAnswer(): void {
    const { unseen, result } = this;
    this.unseen = null;
    if (unseen === null || result === null) return;
    if (result.status === 'optimal' || result.status === 'feasible') return;
    this.failures.push({
      span: unseen,
      message: 'the solve gave no answer',
      expected: 'optimal or feasible',
      actual: endOf(result),
      table: coreTable(result),
    });
  }
}
