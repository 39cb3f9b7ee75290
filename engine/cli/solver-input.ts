import type { Command } from 'commander';
import { DiagnosticError } from '../base/diagnostic.js';
import { didYouMean } from '../base/suggest.js';
import type { SolverName } from '../loop/create-solver.js';
import type { Solve } from '../loop/decide.js';
import type { SolveLimits } from '../solve/solver.js';
import { wholeNumber } from './option-values.js';

/** What `--solver` may name; a copy of the engine's list, so that `--help` loads no solver. */
const SOLVERS: readonly SolverName[] = ['auto', 'simplex', 'highs', 'search'];

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
  const { createSolver } = await import('../loop/create-solver.js');
  const solver = createSolver(chosen);
  try {
    return await use(solver.solve);
  } finally {
    await solver.close();
  }
}
