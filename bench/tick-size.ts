import { join } from 'node:path';
import { must } from '../engine/base/assert.js';
import { rack } from '../engine/controllers/rack/controller.js';
import { favourMainThread } from '../engine/live/favour-main-thread.js';
import type { Solver } from '../engine/loop/create-solver.js';
import { createSolver } from '../engine/loop/create-solver.js';
import type { Solve } from '../engine/loop/decide.js';
import type { Loop, TickResult } from '../engine/loop/loop.js';
import { openLoop } from '../engine/loop/open-loop.js';
import { STAGES } from '../engine/loop/stages.js';
import { packagePath } from '../engine/store/files.js';
import type { Store } from '../engine/store/store.js';
import type { BenchContext, Row } from './bench.js';
import { boundGap } from './bound-gap.js';
import { Series, percentile, timesOf } from './measure.js';
import { withRatio } from './ratio.js';
import { openTickRack, tickBatch } from './tick-rack.js';

export interface TickSize {
  readonly name: string;
  readonly requests: number;
  readonly hosts: number;
  /** With affinity by `in` and exclusion instead of pairs of a process. */
  readonly affinity: boolean;
  /** What the solver may take of a tick. */
  readonly searchMs: number;
}

const SIZES: readonly TickSize[] = [
  { name: '50x50000 affinity', requests: 50, hosts: 50_000, affinity: true, searchMs: 40 },
  { name: '50x10000', requests: 50, hosts: 10_000, affinity: false, searchMs: 20 },
  { name: '2000x5000', requests: 2000, hosts: 5000, affinity: false, searchMs: 10 },
  { name: '1x1000', requests: 1, hosts: 1000, affinity: false, searchMs: 20 },
];
const SMOKE: readonly TickSize[] = [
  { name: '1x20', requests: 1, hosts: 20, affinity: false, searchMs: 20 },
  { name: '4x20 affinity', requests: 4, hosts: 20, affinity: true, searchMs: 20 },
];

export function tickSizes(smoke: boolean): readonly TickSize[] {
  return smoke ? SMOKE : SIZES;
}

/** What each decider does with the ticks of one size, on a new database in a folder. INVARIANT: on the main thread. */
export async function ticksOfSize(
  name: string,
  folder: string,
  context: Pick<BenchContext, 'clock' | 'smoke' | 'note'>,
): Promise<readonly Row[]> {
  const size = must(
    tickSizes(context.smoke).find((one) => one.name === name),
    'a size of that name',
  );
  const store = await openTickRack(join(folder, `${name}.db`), size.hosts, 1);
  // As `edict run` does.
  favourMainThread();
  const solvers = { auto: createSolver(), highs: createSolver('highs') };
  try {
    const rows: Row[] = [];
    for (const decider of DECIDERS) {
      context.note(`${size.name}, ${decider.name}`);
      const row = await ticksOf(store, size, decider, solvers[decider.solver], context);
      const isSearched = decider.scheduler === null && decider.solver === 'auto';
      const gaps = isSearched ? await gapsOf(store, size, solvers.auto, context) : [];
      rows.push({
        ...row,
        gap_p50_percent: gaps.length === 0 ? null : percentile(gaps, 50),
        gap_max_percent: gaps.length === 0 ? null : Math.max(...gaps),
      });
    }
    const highs = rows.find(({ decider }) => decider === HIGHS_ALONE);
    return withRatio(rows, 'of_highs', 'median_ms', () => highs);
  } finally {
    store.close();
    await solvers.auto.close();
    await solvers.highs.close();
  }
}

interface Decider {
  readonly name: string;
  readonly solver: 'auto' | 'highs';
  /** A baseline of the rack; null where policies decide. */
  readonly scheduler: string | null;
}

const HIGHS_ALONE = 'policies, HiGHS alone';
const DECIDERS: readonly Decider[] = [
  { name: 'policies', solver: 'auto', scheduler: null },
  { name: HIGHS_ALONE, solver: 'highs', scheduler: null },
  { name: 'FillCurrent', solver: 'auto', scheduler: 'FillCurrent' },
  { name: 'RoundRobin', solver: 'auto', scheduler: 'RoundRobin' },
];

/** Ticks that count, one per seed of a batch. */
const SEEDS = 40;
/** Ticks before them, while code is compiled; their own times are told apart. */
const WARM_UP = 20;
/** Wall time after which a decider starts no further tick. */
const BUDGET_MS = 20_000;
/** And after which no further one runs to warm up. */
const WARM_UP_MS = 6000;
/** An exact backend alone gets more, so that it has an answer at all. */
const EXACT_MS = 1000;

function policiesOf({ affinity }: TickSize): string[] {
  const shared = ['policies/rack/base/placed.sql', 'bench/policies/tick'];
  const own = affinity ? 'bench/policies/tick-affinity' : 'policies/rack/extra/locality.sql';
  return [...shared, own].map((path) => packagePath(path));
}

/** A new loop over the store: its first tick, then ticks that count, each of whose requests are released afterwards. */
async function ticksOf(
  store: Store,
  size: TickSize,
  { name, scheduler, solver: asked }: Decider,
  solver: Solver,
  { clock, smoke }: Pick<BenchContext, 'clock' | 'smoke'>,
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
  const warmUp: number[] = [];
  const seeds = smoke ? 2 : SEEDS;
  for (let seed = smoke ? 0 : 1 - WARM_UP; seed <= seeds; seed += 1) {
    if (seed === 1) {
      warmUp.push(...decides.samples);
      for (const series of [takes, decides]) series.restart();
    }
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
    warm_up_p95_ms: warmUp.length === 0 ? null : percentile(warmUp, 95),
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

/** Wall time after which no further tick is asked for its gap. */
const GAPS_MS = 15_000;

/** What the same ticks, decided once more, lack to a bound that may take its time, in percent. */
async function gapsOf(
  store: Store,
  size: TickSize,
  solver: Solver,
  { clock, smoke }: Pick<BenchContext, 'clock' | 'smoke'>,
): Promise<readonly number[]> {
  const gaps: number[] = [];
  const solve: Solve = async (model, limits) => {
    const report = await solver.solve(model, limits);
    const gap = boundGap(model, report.outcome);
    if (gap !== null) gaps.push(gap);
    return report;
  };
  const limits = { timeMs: size.searchMs, work: null, seed: 1 };
  const setup = { controller: rack, scheduler: null, policies: policiesOf(size), solve, limits, clock };
  const { loop } = openLoop(store, setup);
  const series = new Series(clock);
  const started = clock.nowMs();
  for (let seed = 1; seed <= (smoke ? 2 : SEEDS) && clock.nowMs() - started < GAPS_MS; seed += 1) {
    await oneTick(loop, size, series, series, seed);
  }
  return gaps;
}

/** Request numbers far above those that hosts hold. */
const FIRST_REQUEST = 1_000_000;

/** One batch of a seed, decided and taken back again. */
async function oneTick(
  loop: Loop,
  size: TickSize,
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
