import test from 'ava';
import { after, monotonicClock } from '../../engine/base/clock.js';
import { must } from '../../engine/base/assert.js';
import type { LoopEvent } from '../../engine/loop/controller.js';
import type { Solve } from '../../engine/loop/decide.js';
import { createBackends } from '../../engine/solve/backends.js';
import type { Backends } from '../../engine/solve/backends.js';
import { highsProfile } from '../../engine/solve/highs.js';
import { mipBackend } from '../../engine/solve/mip-backend.js';
import { searchBackend } from '../../engine/solve/search/search-backend.js';
import { solveModel } from '../../engine/solve/select.js';
import type { SolveLimits } from '../../engine/solve/solver.js';
import { SolverWorker } from '../../engine/solve/worker.js';
import { verifyJournal } from '../../engine/store/journal.js';
import type { Store } from '../../engine/store/store.js';
import type { RackLoop } from '../helpers/rack-loop.js';
import { rackLoop, solver } from '../helpers/rack-loop.js';

test.after.always(() => solver.close());

const HOSTS = 100;
const CORES = 8;

/** A rack large enough for the search, and more requests than it has room for where `requests` is large. */
const events = (requests: number): LoopEvent[] => [
  ...Array.from({ length: HOSTS }, (_one, i) => ({
    atUs: 0,
    type: 'host',
    fields: { host: i + 1, cores: CORES, memslices: 64 },
  })),
  ...Array.from({ length: requests }, (_one, i) => ({
    atUs: 0,
    type: 'allocate',
    fields: { process: i % 20, cores: 1 + (i % 5), memslices: i % 7, id: i + 1 },
  })),
];

const overCommitted = (store: Store): unknown[] =>
  store.rows(`select current_dkernel from request where status = 'BOUND' group by 1
              having sum(held_cores) > ${CORES} or sum(held_memslices) > 64`);

const counts = (store: Store): Record<string, number> =>
  Object.fromEntries(
    store
      .records('select status, count(*) as n from request group by status')
      .map((row) => [String(row['status']), Number(row['n'])]),
  );

/** Nothing decided, nothing proposed, nothing lost. */
function untouched(
  t: { is: (a: unknown, b: unknown) => unknown },
  { store }: RackLoop,
  waiting: number,
): void {
  t.is(counts(store)['PENDING'], waiting);
  t.is(store.rows('select 1 from request where controllable_dkernel is not null').length, 0);
  t.is(verifyJournal(store).status, 'whole');
}

test.serial(
  'overload: as many as fit are served, the rest wait, and no host holds more than it has',
  async (t) => {
    const run = rackLoop({ scheduler: 'DCMcap' });
    await run.runner.take(events(400));
    const tick = must(run.ticks[0], 'tick');
    t.true(tick.status === 'feasible' || tick.status === 'optimal', tick.status);
    const { BOUND = 0, PENDING = 0 } = counts(run.store);
    t.is(BOUND + PENDING, 400);
    t.is(PENDING, tick.leftOut);
    // 800 cores; the smallest requests first would fill them with at most 333.
    t.true(BOUND >= 250 && BOUND <= 333, `${BOUND} bound`);
    t.deepEqual(overCommitted(run.store), []);
  },
);

test.serial('infeasible: a batch that must go in whole waits whole', async (t) => {
  const run = rackLoop({ scheduler: 'DCMcap', mode: 'all-or-nothing' });
  await run.runner.take(events(400));
  t.is(must(run.ticks[0], 'tick').status, 'infeasible');
  untouched(t, run, 400);
});

test.serial('deadline: what was found in time is committed after its check, or nothing is', async (t) => {
  for (const timeMs of [1, 20]) {
    const run = rackLoop({ scheduler: 'DCMloc', limits: { timeMs, work: null, seed: 1 } });
    await run.runner.take(events(200));
    const { status } = must(run.ticks[0], 'tick');
    t.true(['optimal', 'feasible', 'unknown'].includes(status), `${timeMs} ms: ${status}`);
    const { BOUND = 0 } = counts(run.store);
    t.is(BOUND > 0, status !== 'unknown');
    t.deepEqual(overCommitted(run.store), []);
  }
});

test.serial('cancel: the best answer so far is committed at once, or nothing is', async (t) => {
  const started = performance.now();
  const cancelled: Solve = async (model, limits) => {
    const controller = new AbortController();
    const stop = after(30, () => controller.abort());
    const report = await solver.solve(model, { ...limits, timeMs: 60_000, signal: controller.signal });
    stop();
    return report;
  };
  const run = rackLoop({ scheduler: 'DCMloc', solve: cancelled });
  await run.runner.take(events(200));
  const { status } = must(run.ticks[0], 'tick');
  t.true(['optimal', 'feasible', 'unknown'].includes(status), status);
  t.is((counts(run.store)['BOUND'] ?? 0) > 0, status !== 'unknown');
  t.deepEqual(overCommitted(run.store), []);
  t.true(performance.now() - started < 30_000);
});

/** A thread that dies as soon as it has something to do. */
function dyingWorker(): SolverWorker {
  const worker = new SolverWorker();
  const run = worker.run.bind(worker) as (task: unknown, wallMs: number) => Promise<unknown>;
  const dying = (task: unknown, wallMs: number): Promise<unknown> => {
    const reply = run(task, wallMs);
    setImmediate(() => void worker.close());
    return reply;
  };
  return Object.assign(worker, { run: dying as SolverWorker['run'] });
}

const crashing =
  (backends: Backends): Solve =>
  (model, limits: SolveLimits) =>
    solveModel(model, limits, backends, monotonicClock);

test.serial('crash: where the search dies another backend answers', async (t) => {
  const real = createBackends();
  const backends = { ...real, search: searchBackend(dyingWorker(), monotonicClock) };
  const run = rackLoop({ scheduler: 'DCMcap', solve: crashing(backends) });
  await run.runner.take(events(50));
  t.is(must(run.ticks[0], 'tick').status, 'optimal');
  t.deepEqual(counts(run.store), { BOUND: 50 });
  t.deepEqual(overCommitted(run.store), []);
  await real.highs.close();
});

test.serial('crash: where every backend dies the batch waits, and the next tick serves it', async (t) => {
  const dying = dyingWorker();
  const dead = mipBackend(highsProfile, dying, monotonicClock);
  const backends = { simplex: dead, highs: dead, search: searchBackend(dying, monotonicClock) };
  let isDown = true;
  const solve: Solve = (model, limits) =>
    isDown ? crashing(backends)(model, limits) : solver.solve(model, limits);
  const run = rackLoop({ scheduler: 'DCMcap', solve });
  await run.runner.take(events(50));
  t.is(must(run.ticks[0], 'tick').status, 'unknown');
  untouched(t, run, 50);
  isDown = false;
  await run.runner.take([
    { atUs: 10_000, type: 'host', fields: { host: HOSTS + 1, cores: CORES, memslices: 64 } },
  ]);
  await run.runner.decideUntil(1e9);
  t.deepEqual(counts(run.store), { BOUND: 50 });
});
