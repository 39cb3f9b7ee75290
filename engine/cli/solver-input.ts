import type { Command } from 'commander';
import { DiagnosticError } from '../base/diagnostic.js';
import { didYouMean } from '../base/suggest.js';
import type { Solve } from '../loop/decide.js';
import type { SolveLimits } from '../solve/solver.js';
import { wholeNumber } from './option-values.js';

/** Backends that `--solver` may name; `auto` chooses by the size of the model. */
const SOLVERS = ['auto', 'simplex', 'highs'] as const;

export interface SolverOptions {
  readonly solver: string;
  readonly timeLimit?: number;
  readonly workLimit?: number;
  readonly seed: number;
}

export function addSolverOptions(command: Command): void {
  command
    .option('--solver <NAME>', `who proves: ${SOLVERS.join(', ')}`, 'auto')
    .option('--time-limit <MS>', 'wall milliseconds for one solve', wholeNumber(1))
    .option('--work-limit <N>', 'branch-and-bound nodes for one solve', wholeNumber(1))
    .option('--seed <N>', 'seed of solvers and of random choices', wholeNumber(0), 1);
}

export function limitsOf(options: SolverOptions): SolveLimits {
  return { timeMs: options.timeLimit ?? null, work: options.workLimit ?? null, seed: options.seed };
}

/** Loads the solver layer, hands it over, and ends its worker whatever happens. */
export async function withSolver<T>(name: string, use: (solve: Solve) => Promise<T>): Promise<T> {
  const chosen = SOLVERS.find((solver) => solver === name);
  if (chosen === undefined) {
    const help = didYouMean(name, SOLVERS) ?? `there are ${SOLVERS.join(', ')}`;
    const message = `this version has no solver \`${name}\``;
    throw new DiagnosticError([{ code: 'cli/unknown-name', severity: 'error', message, help }]);
  }
  const { createBackends } = await import('../solve/backends.js');
  const { solveModel } = await import('../solve/select.js');
  const { monotonicClock } = await import('../base/clock.js');
  const all = createBackends(monotonicClock);
  const only = chosen === 'auto' ? all : { simplex: all[chosen], highs: all[chosen] };
  try {
    return await use((model, limits) => solveModel(model, limits, only, monotonicClock));
  } finally {
    await all.highs.close();
  }
}
