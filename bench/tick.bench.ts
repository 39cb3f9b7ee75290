import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rack } from '../engine/controllers/rack/controller.js';
import { favourMainThread } from '../engine/live/favour-main-thread.js';
import type { Solver } from '../engine/loop/create-solver.js';
import { createSolver } from '../engine/loop/create-solver.js';
import type { Loop, TickResult } from '../engine/loop/loop.js';
import { openLoop } from '../engine/loop/open-loop.js';
import { STAGES } from '../engine/loop/stages.js';
import { packagePath } from '../engine/store/files.js';
import type { Store } from '../engine/store/store.js';
import type { Bench, BenchContext, Row, Table } from './bench.js';
import { Series, percentile, timesOf } from './measure.js';
import { openTickRack, tickBatch } from './tick-rack.js';

/** A live tick of the rack: pending rows in, verified and committed decisions out, on a file in memory. */
export const tickBench: Bench = {
  name: 'tick',
  async run(context) {
    const folder = mkdtempSync(join(existsSync(MEMORY_FOLDER) ? MEMORY_FOLDER : tmpdir(), 'edict-tick-'));
    // As `edict run` does.
    favourMainThread();
    const solvers = { auto: createSolver(), highs: createSolver('highs') };
    try {
      const rows: Row[] = [];
      for (const size of context.smoke ? SMOKE : SIZES) {
        const store = await openTickRack(join(folder, `${size.name}.db`), size.hosts, 1);
        try {
          for (const decider of DECIDERS) {
            context.note(`${size.name}, ${decider.name}`);
            rows.push(await ticksOf(store, size, decider, solvers[decider.solver], context));
          }
        } finally {
          store.close();
        }
      }
      return [table(rows)];
    } finally {
      await solvers.auto.close();
      await solvers.highs.close();
      rmSync(folder, { recursive: true });
    }
  },
};

/** A file system in memory, where there is one: what is measured is the program, not a disk. */
const MEMORY_FOLDER = '/dev/shm';

interface Size {
  readonly name: string;
  readonly requests: number;
  readonly hosts: number;
  /** With affinity by `in` and exclusion instead of pairs of a process. */
  readonly affinity: boolean;
  /** What the solver may take of a tick. */
  readonly searchMs: number;
}

/** The largest first, so that its memory is not that of others. */
const SIZES: readonly Size[] = [
  { name: '50x50000 affinity', requests: 50, hosts: 50_000, affinity: true, searchMs: 40 },
  { name: '50x10000', requests: 50, hosts: 10_000, affinity: false, searchMs: 20 },
  { name: '2000x5000', requests: 2000, hosts: 5000, affinity: false, searchMs: 30 },
  { name: '1x1000', requests: 1, hosts: 1000, affinity: false, searchMs: 20 },
];
const SMOKE: readonly Size[] = [
  { name: '1x20', requests: 1, hosts: 20, affinity: false, searchMs: 20 },
  { name: '4x20 affinity', requests: 4, hosts: 20, affinity: true, searchMs: 20 },
];

interface Decider {
  readonly name: string;
  readonly solver: 'auto' | 'highs';
  /** A baseline of the rack; null where policies decide. */
  readonly scheduler: string | null;
}

const DECIDERS: readonly Decider[] = [
  { name: 'policies', solver: 'auto', scheduler: null },
  { name: 'policies, HiGHS alone', solver: 'highs', scheduler: null },
  { name: 'FillCurrent', solver: 'auto', scheduler: 'FillCurrent' },
  { name: 'RoundRobin', solver: 'auto', scheduler: 'RoundRobin' },
];

/** Ticks that count, one per seed of a batch. */
const SEEDS = 40;
const WARM_UP = 5;
/** Wall time after which a decider starts no further tick. */
const BUDGET_MS = 8000;
/** And after which no further one runs to warm up. */
const WARM_UP_MS = 4000;
/** An exact backend alone gets more, so that it has an answer at all. */
const EXACT_MS = 1000;

function policiesOf({ affinity }: Size): string[] {
  const shared = ['policies/rack/base/placed.sql', 'bench/policies/tick'];
  const own = affinity ? 'bench/policies/tick-affinity' : 'policies/rack/extra/locality.sql';
  return [...shared, own].map((path) => packagePath(path));
}

/** A new loop over the store: its first tick, then ticks that count, each of whose requests are released afterwards. */
async function ticksOf(
  store: Store,
  size: Size,
  { name, scheduler, solver: asked }: Decider,
  solver: Solver,
  { clock, smoke }: BenchContext,
): Promise<Row> {
  const policies = scheduler === null ? policiesOf(size) : [];
  const limits = { timeMs: asked === 'highs' ? EXACT_MS : size.searchMs, work: null, seed: 1 };
  const setup = { controller: rack, scheduler, policies, solve: solver.solve, limits, clock };
  const opening = new Series(clock);
  opening.time(() => openLoop(store, setup).loop);
  const { loop } = openLoop(store, setup);
  const takes = new Series(clock);
  const decides = new Series(clock);
  const results: TickResult[] = [];
  const first = new Series(clock);
  const seeds = smoke ? 2 : SEEDS;
  for (let seed = smoke ? 0 : -WARM_UP; seed <= seeds; seed += 1) {
    if (seed === 1) for (const series of [takes, decides]) series.restart();
    if (seed > 3 && decides.spentMs > BUDGET_MS) break;
    if (seed < 1 && first.samples.length > 0 && first.spentMs > WARM_UP_MS) continue;
    const isFirst = decides.samples.length === 0 && results.length === 0 && first.samples.length === 0;
    const result = await oneTick(
      loop,
      size,
      isFirst ? new Series(clock) : takes,
      isFirst ? first : decides,
      seed,
    );
    if (seed >= 1) results.push(result);
  }
  const verified = results.map(({ stageMs }) =>
    STAGES.reduce((sum, stage) => (stage === 'commit' ? sum : sum + stageMs[stage]), 0),
  );
  const median = (samples: readonly number[]): number => percentile(samples, 50);
  const stages = STAGES.map((stage): [string, number] => [
    `${stage}_ms`,
    median(results.map(({ stageMs }) => stageMs[stage])),
  ]);
  return {
    size: size.name,
    decider: name,
    open_ms: opening.lastMs,
    first_ms: first.lastMs,
    take_ms: median(takes.samples),
    ...timesOf(decides.timing()),
    verified_median_ms: median(verified),
    verified_p95_ms: percentile(verified, 95),
    ...Object.fromEntries(stages),
    decided: results.filter(({ decisions }) => decisions.length > 0).length,
    optimal: results.filter(({ status }) => status === 'optimal').length,
    rss_mib: process.memoryUsage().rss / 2 ** 20,
  };
}

/** Request numbers far above those that hosts hold. */
const FIRST_REQUEST = 1_000_000;

/** One batch of a seed, decided and taken back again. */
async function oneTick(
  loop: Loop,
  size: Size,
  takes: Series,
  decides: Series,
  seed: number,
): Promise<TickResult> {
  const atUs = loop.lastUs() + 1;
  const first = FIRST_REQUEST + atUs * 10_000;
  const batch = tickBatch(size.requests, size.hosts, first, atUs, 1000 + seed);
  takes.time(() => loop.take(batch));
  const result = await decides.timeAsync(() => loop.decide(atUs));
  loop.take(
    batch.map(({ fields }) => ({ atUs: atUs + 1, type: 'release', fields: { request: fields['id'] } })),
  );
  return result;
}

function table(rows: readonly Row[]): Table {
  return {
    name: 'tick',
    title:
      'Batches on a rack in use, one per seed: median_ms is from waiting rows to committed decisions, `verified` up to the check by SQLite; stages are medians',
    rows,
  };
}
