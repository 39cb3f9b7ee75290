import { stoppedClock } from '../../engine/base/clock.js';
import type { Diagnostic } from '../../engine/base/diagnostic.js';
import { textOf } from '../../engine/base/source.js';
import { catalogOf } from '../../engine/check/schema.js';
import type { CompiledPolicies } from '../../engine/loop/compile.js';
import { compilePolicies } from '../../engine/loop/compile.js';
import type { Solve } from '../../engine/loop/decide.js';
import type { SolveResult } from '../../engine/loop/solve-database.js';
import { solveDatabase } from '../../engine/loop/solve-database.js';
import type { Model } from '../../engine/model/model.js';
import type { Backends } from '../../engine/solve/backends.js';
import { createBackends } from '../../engine/solve/backends.js';
import { solveModel } from '../../engine/solve/select.js';
import type { BackendName, SolveLimits, SolveReport } from '../../engine/solve/solver.js';
import { introspect } from '../../engine/store/introspect.js';
import { openDatabase } from '../../engine/store/open-database.js';
import { Store } from '../../engine/store/store.js';

/** A plain database in memory made by some statements. */
export function databaseOf(...statements: readonly string[]): Store {
  // As `openStore` does it for a database of other use, without a look at the migrations each time.
  const store = new Store(openDatabase(':memory:', 'write'), false, false);
  for (const statement of statements) store.script(statement);
  return store;
}

/** Compiles policy texts, each a file of its own (`policy.sql`, `policy2.sql`, ...), against a database. */
export function compileHere(
  store: Store,
  ...policies: readonly string[]
): { compiled: CompiledPolicies | null; diagnostics: readonly Diagnostic[] } {
  return compilePolicies(sourcesOf(policies), catalogOf(introspect(store)));
}

function sourcesOf(policies: readonly string[]): { name: string; text: string }[] {
  return policies.map((text, i) => ({ name: `policy${i === 0 ? '' : i + 1}.sql`, text }));
}

/** `code: underlined text`, sorted as the diagnostics are. */
export function shown(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ code, span }) => `${code}: ${span === undefined ? '(nowhere)' : textOf(span)}`);
}

const LIMITS: SolveLimits = { timeMs: null, work: null, seed: 1 };

/** Solves databases of tests; `only` leaves a single backend. Close it after the tests. */
export class Solver {
  private readonly backends = createBackends();

  /** The solver layer as the loop sees it. */
  readonly solver: Solve = (model, limits) => solveModel(model, limits, this.backends, stoppedClock);

  async solve(
    store: Store,
    policies: readonly string[],
    only: BackendName | null = null,
  ): Promise<SolveResult> {
    const chosen = this.chosen(only);
    return solveDatabase(store, sourcesOf(policies), {
      limits: LIMITS,
      dryRun: false,
      clock: stoppedClock,
      solve: (model, limits) => solveModel(model, limits, chosen, stoppedClock),
      coreMs: null,
    });
  }

  /** Solves what was grounded elsewhere, within some milliseconds or for as long as it takes. */
  solveModel(model: Model, only: BackendName | null, timeMs: number | null): Promise<SolveReport> {
    return solveModel(model, { ...LIMITS, timeMs }, this.chosen(only), stoppedClock);
  }

  private chosen(only: BackendName | null): Backends {
    const { simplex, highs } = this.backends;
    if (only === null) return this.backends;
    return only === 'simplex' ? { simplex, highs: simplex } : { simplex: highs, highs };
  }

  async close(): Promise<void> {
    await this.backends.simplex.close();
  }
}
