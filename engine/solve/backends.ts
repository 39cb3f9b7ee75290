import type { Clock } from '../base/clock.js';
import { monotonicClock } from '../base/clock.js';
import type { Model } from '../model/model.js';
import { highsProfile } from './highs.js';
import { mipBackend } from './mip-backend.js';
import { searchBackend } from './search/search-backend.js';
import { simplexProfile } from './simplex.js';
import type { Backend, SolveOutcome } from './solver.js';
import { waterFilling } from './water-filling.js';
import { SolverWorker } from './worker.js';

/** The backends a solve may choose from. */
export interface Backends {
  readonly simplex: Backend;
  readonly highs: Backend;
  /** Local search, which answers models of any size quickly and proves little; absent where only proofs are wanted. */
  readonly search?: Backend;
  /** The closed form for sums from pools; absent where one backend alone is asked. */
  readonly closedForm?: (reduced: Model) => SolveOutcome | null;
}

/**
 * The exact backends over one thread and the search over another, which the first solve of each starts.
 * Closing any of the exact ones ends their thread.
 */
export function createBackends(clock: Clock = monotonicClock): Required<Backends> {
  const worker = new SolverWorker();
  return {
    simplex: mipBackend(simplexProfile, worker, clock),
    highs: mipBackend(highsProfile, worker, clock),
    search: searchBackend(new SolverWorker(), clock),
    closedForm: waterFilling,
  };
}
