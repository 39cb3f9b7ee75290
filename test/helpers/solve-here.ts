import { stoppedClock } from '../../engine/base/clock.js';
import type { Diagnostic } from '../../engine/base/diagnostic.js';
import { textOf } from '../../engine/base/source.js';
import { catalogOf } from '../../engine/check/schema.js';
import type { CompiledPolicies } from '../../engine/loop/compile.js';
import { compilePolicies } from '../../engine/loop/compile.js';
import type { SolveResult } from '../../engine/loop/solve-database.js';
import { solveDatabase } from '../../engine/loop/solve-database.js';
import type { Backends } from '../../engine/solve/backends.js';
import { createBackends } from '../../engine/solve/backends.js';
import { solveModel } from '../../engine/solve/select.js';
import type { BackendName } from '../../engine/solve/solver.js';
import { introspect } from '../../engine/store/introspect.js';
import { openStore } from '../../engine/store/open.js';
import type { Store } from '../../engine/store/store.js';

/** A plain database in memory made by some statements. */
export function databaseOf(...statements: readonly string[]): Store {
  const store = openStore(':memory:', 'plain');
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

/** Solves databases of tests; `only` leaves a single backend. Close it after the tests. */
export class Solver {
  private readonly backends = createBackends();

  async solve(
    store: Store,
    policies: readonly string[],
    only: BackendName | null = null,
  ): Promise<SolveResult> {
    const { simplex, highs } = this.backends;
    const chosen: Backends =
      only === null
        ? this.backends
        : only === 'simplex'
          ? { simplex, highs: simplex }
          : { simplex: highs, highs };
    return solveDatabase(store, sourcesOf(policies), {
      limits: { timeMs: null, work: null, seed: 1 },
      dryRun: false,
      clock: stoppedClock,
      solve: (model, limits) => solveModel(model, limits, chosen, stoppedClock),
    });
  }

  async close(): Promise<void> {
    await this.backends.simplex.close();
  }
}
