import type { Clock } from '../base/clock.js';
import { monotonicClock } from '../base/clock.js';
import { createBackends } from '../solve/backends.js';
import { solveModel } from '../solve/select.js';
import type { Solve } from './decide.js';

/** Who answers: `auto` searches large models and lets an exact backend prove; the others are one alone. */
export type SolverName = 'auto' | 'simplex' | 'highs' | 'search';

/** The solver layer with its worker thread, which the first solve starts. */
export interface Solver {
  readonly solve: Solve;
  /** Ends the worker; the process cannot end before. */
  close(): Promise<void>;
}

export function createSolver(name: SolverName = 'auto', clock: Clock = monotonicClock): Solver {
  const all = createBackends(clock);
  const backends = name === 'auto' ? all : { simplex: all[name], highs: all[name] };
  return {
    solve: (model, limits) => solveModel(model, limits, backends, clock),
    close: async () => {
      await all.highs.close();
      await all.search.close();
    },
  };
}
