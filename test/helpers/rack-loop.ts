import { stoppedClock } from '../../engine/base/clock.js';
import { rack } from '../../engine/controllers/rack/controller.js';
import { createSolver } from '../../engine/loop/create-solver.js';
import type { Solve } from '../../engine/loop/decide.js';
import type { LoopSetup } from '../../engine/loop/open-loop.js';
import { openLoop } from '../../engine/loop/open-loop.js';
import type { Emitted, Loop, TickResult } from '../../engine/loop/loop.js';
import { Runner } from '../../engine/loop/runner.js';
import { openStore } from '../../engine/store/open.js';
import type { Store } from '../../engine/store/store.js';

/** One solver for all tests of a file; end it in `test.after.always`. */
export const solver = createSolver();

/** A rack's loop on a database of its own, and what has left it. */
export interface RackLoop {
  readonly store: Store;
  readonly loop: Loop;
  readonly runner: Runner;
  readonly taken: Emitted[];
  readonly ticks: TickResult[];
}

export function rackLoop(
  setup: Partial<LoopSetup> = {},
  store: Store = openStore(':memory:', 'state'),
): RackLoop {
  const { loop } = openLoop(store, { controller: rack, solve: solver.solve, clock: stoppedClock, ...setup });
  const taken: Emitted[] = [];
  const ticks: TickResult[] = [];
  const runner = new Runner(loop, {
    onTaken: (emitted) => taken.push(emitted),
    onTick: (result) => ticks.push(result),
  });
  return { store, loop, runner, taken, ticks };
}

/** A solver port that answers with whatever `change` makes of the right answer. */
export function tampered(change: (report: Awaited<ReturnType<Solve>>) => Awaited<ReturnType<Solve>>): Solve {
  return async (model, limits) => change(await solver.solve(model, limits));
}
