import type { Clock } from '../base/clock.js';
import { monotonicClock } from '../base/clock.js';
import { highsProfile } from './highs.js';
import { mipBackend } from './mip-backend.js';
import { simplexProfile } from './simplex.js';
import type { Backend } from './solver.js';
import { SolverWorker } from './worker.js';

/** The backends a solve may choose from. */
export interface Backends {
  readonly simplex: Backend;
  readonly highs: Backend;
}

/** Both backends over one thread, which the first solve starts. Closing either ends the thread. */
export function createBackends(clock: Clock = monotonicClock): Backends {
  const worker = new SolverWorker();
  return {
    simplex: mipBackend(simplexProfile, worker, clock),
    highs: mipBackend(highsProfile, worker, clock),
  };
}
