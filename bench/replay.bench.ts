import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../engine/base/assert.js';
import { rack } from '../engine/controllers/rack/controller.js';
import type { LoopEvent, Rows } from '../engine/loop/controller.js';
import type { Solver } from '../engine/loop/create-solver.js';
import { createSolver } from '../engine/loop/create-solver.js';
import type { Loop } from '../engine/loop/loop.js';
import { openLoop } from '../engine/loop/open-loop.js';
import { replay } from '../engine/replay/replay.js';
import { readTrace } from '../engine/replay/trace.js';
import { packagePath } from '../engine/store/files.js';
import { migrate } from '../engine/store/migrate.js';
import { openStore } from '../engine/store/open.js';
import { readSolveRuns } from '../engine/store/solve-run.js';
import type { Store } from '../engine/store/store.js';
import { memcachedTrace } from './traces/memcached-trace.js';
import { RACK_TRACE_DEFAULTS, rackTrace } from './traces/rack-trace.js';
import type { Bench, BenchContext, Row, Table } from './bench.js';
import { openFilledRack } from './filled-rack.js';
import { Series, percentile, timesOf } from './measure.js';

/** Event to committed decision: traces and single requests through the whole loop. */
export const replayBench: Bench = {
  name: 'replay',
  async run(context) {
    const solver = createSolver();
    try {
      return [
        await memcachedTable(context, solver),
        ...(await rackTables(context, solver)),
        await tickTable(context, solver),
      ];
    } finally {
      await solver.close();
    }
  },
};

const SCHEDULERS = Object.keys(rack.schedulers);

/** One replay on a database of its own. */
interface Run {
  readonly wallMs: number;
  readonly events: number;
  readonly ticks: number;
  readonly decisions: number;
  readonly refusals: number;
  readonly solveMs: readonly number[];
  readonly metrics: Readonly<Record<string, number | null>>;
  /** Sums over all ticks, milliseconds. */
  readonly stages: { readonly ground: number; readonly solve: number; readonly verify: number };
  readonly statuses: string;
}

async function runTrace(
  events: readonly LoopEvent[],
  scheduler: string,
  solver: Solver,
  { clock }: BenchContext,
  untilMs = Infinity,
): Promise<Run> {
  const store = openStore(':memory:', 'state');
  try {
    const { loop } = openLoop(store, { controller: rack, scheduler, solve: solver.solve, clock });
    const started = clock.nowMs();
    const bounded = upTo(events, () => clock.nowMs() - started < untilMs);
    const result = await replay(bounded, loop, { untilUs: null });
    const wallMs = clock.nowMs() - started;
    return { ...result, wallMs, metrics: rack.metrics(rowsOf(store)), ...solvesOf(store) };
  } finally {
    store.close();
  }
}

/** The events as long as there is time; always all of one instant. */
function* upTo(events: readonly LoopEvent[], hasTime: () => boolean): Generator<LoopEvent> {
  let lastUs = -1;
  for (const event of events) {
    if (event.atUs !== lastUs && !hasTime()) return;
    lastUs = event.atUs;
    yield event;
  }
}

function rowsOf(store: Store): Rows {
  return {
    all: (sql, ...parameters) => store.records(sql, parameters),
    get: (sql, ...parameters) => store.record(sql, parameters),
    run: (sql, ...parameters) => store.run(sql, parameters),
  };
}

function solvesOf(store: Store): Pick<Run, 'stages' | 'statuses'> {
  const stages = { ground: 0, solve: 0, verify: 0 };
  const counts = new Map<string, number>();
  for (const run of readSolveRuns(store)) {
    stages.ground += run.ground_us / 1000;
    stages.solve += run.solve_us / 1000;
    stages.verify += run.verify_us / 1000;
    counts.set(run.status, (counts.get(run.status) ?? 0) + 1);
  }
  return { stages, statuses: [...counts].map(([status, count]) => `${count} ${status}`).join(', ') };
}

/** Replays of the memcached trace per scheduler, as long as this wall time lasts. */
const MEMCACHED_REPEATS = 20;
const MEMCACHED_MS = 20_000;

/** The experiment that the schedulers were first compared by, several times over; decisions are the same each time. */
async function memcachedTable(context: BenchContext, solver: Solver): Promise<Table> {
  const events = context.smoke ? smallMemcachedTrace() : shippedTrace('memcached.jsonl');
  const repeat = context.smoke
    ? { budgetMs: 0, most: 1 }
    : { budgetMs: MEMCACHED_MS, most: MEMCACHED_REPEATS };
  const rows: Row[] = [];
  for (const scheduler of SCHEDULERS) {
    context.note(`memcached trace, ${scheduler}`);
    const runs: Run[] = [];
    const series = new Series(context.clock);
    const once = async (): Promise<void> => {
      runs.push(await series.timeAsync(() => runTrace(events, scheduler, solver, context)));
    };
    await once();
    if (series.lastMs < repeat.budgetMs / 4) {
      runs.length = 0;
      series.restart();
    }
    while (series.isShort(repeat)) await once();
    const { metrics } = must(runs[0], 'a run');
    const solveMs = runs.flatMap((run) => run.solveMs);
    const wallMs = sum(runs.map((run) => run.wallMs));
    const decisions = sum(runs.map((run) => run.decisions));
    rows.push({
      scheduler,
      colocated_share: metrics['colocated_share'] ?? null,
      hosts_per_process: metrics['hosts_per_process'] ?? null,
      ticks: solveMs.length,
      decisions,
      solve_p50_ms: percentile(solveMs, 50),
      solve_p99_ms: percentile(solveMs, 99),
      decisions_per_s: (decisions * 1000) / wallMs,
      ...timesOf(series.timing()),
    });
  }
  return {
    name: 'memcached',
    title:
      'The memcached trace: 3 hosts of 24 cores; 10 times a process asks for 24 cores and 8 slices in units. runs = whole replays',
    rows,
  };
}

/** One run that asks for a quarter. */
function smallMemcachedTrace(): LoopEvent[] {
  return memcachedTrace(1).events.map((event) =>
    event.type === 'allocate' ? { ...event, fields: { ...event.fields, cores: 6, bytes: 4_000_000 } } : event,
  );
}

function shippedTrace(name: string): readonly LoopEvent[] {
  const { records, problem } = readTrace(packagePath('fixtures', 'traces', 'rack', name));
  if (problem !== null) throw new Error(problem.message);
  return records;
}

/** Wall time after which no further event of the large trace is taken in. */
const TRACE_MS = 25_000;

async function rackTables(context: BenchContext, solver: Solver): Promise<Table[]> {
  const options = context.smoke
    ? { ...RACK_TRACE_DEFAULTS, hosts: 4, cores: 16, memslices: 32, steps: 3 }
    : { ...RACK_TRACE_DEFAULTS, steps: 60, seed: 7 };
  const { hosts, cores, memslices, steps } = options;
  const { events } = rackTrace(options);
  const rows: Row[] = [];
  const stages: Row[] = [];
  for (const scheduler of SCHEDULERS) {
    context.note(`rack trace, ${scheduler}`);
    const run = await runTrace(events, scheduler, solver, context, TRACE_MS);
    const { wallMs, solveMs, metrics } = run;
    rows.push({
      scheduler,
      events: run.events,
      of_trace_share: run.events / events.length,
      ticks: run.ticks,
      decisions: run.decisions,
      refusals: run.refusals,
      events_per_s: (run.events * 1000) / wallMs,
      decisions_per_s: (run.decisions * 1000) / wallMs,
      solve_p50_ms: percentile(solveMs, 50),
      solve_p99_ms: percentile(solveMs, 99),
      colocated_share: metrics['colocated_share'] ?? null,
      hosts_per_process: metrics['hosts_per_process'] ?? null,
    });
    const { ground, solve, verify } = run.stages;
    const perTick = (ms: number): number => ms / Math.max(1, run.ticks);
    stages.push({
      scheduler,
      ticks: run.ticks,
      statuses: run.statuses,
      ground_ms: perTick(ground),
      solve_ms: perTick(solve),
      verify_ms: perTick(verify),
      rest_ms: perTick(wallMs - ground - solve - verify),
      wall_ms: perTick(wallMs),
    });
  }
  const title = `A generated rack trace: ${hosts} hosts x ${cores} cores x ${memslices} slices, ${steps} steps, ${events.length} events`;
  return [
    { name: 'rack_trace', title, rows },
    {
      name: 'rack_stages',
      title:
        'Mean milliseconds per tick by stage, from table solve_run; verify writes and checks, rest takes events in and commits',
      rows: stages,
    },
  ];
}

/** One request that arrives on a rack in use: from its row to its committed host. */
async function tickTable(context: BenchContext, solver: Solver): Promise<Table> {
  const { smoke, clock, note } = context;
  const rows: Row[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'edict-bench-'));
  try {
    for (const hosts of smoke ? [8] : [64, 1000]) {
      for (const storage of ['memory', 'file'] as const) {
        for (const scheduler of smoke ? ['DCMcap', 'DCMloc'] : SCHEDULERS) {
          note(`single requests on ${hosts} hosts, ${storage}, ${scheduler}`);
          const path = storage === 'memory' ? ':memory:' : join(folder, `${hosts}-${scheduler}.db`);
          if (storage === 'file') await migrate(path);
          const store = openFilledRack({ hosts, pending: 0, heldPerHost: 4, seed: 3 }, path);
          try {
            const { loop } = openLoop(store, { controller: rack, scheduler, solve: solver.solve, clock });
            rows.push({ hosts, storage, scheduler, ...(await singleTicks(loop, context)) });
          } finally {
            store.close();
          }
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return {
    name: 'tick',
    title:
      'One request on a rack in use: `take` brings its row in, then median_ms to its committed host; cpu_ms also takes it in and releases it',
    rows,
  };
}

/** Requests and single ticks; each request is released before the next one, so that the rack stays as it is. */
async function singleTicks(loop: Loop, { smoke, clock }: BenchContext): Promise<Row> {
  const repeat = smoke ? { budgetMs: 200, most: 3 } : { budgetMs: 4000, most: 200 };
  const warmUp = smoke ? 1 : 10;
  const takes = new Series(clock);
  const decides = new Series(clock);
  for (let tick = 0; tick < warmUp || decides.isShort(repeat); tick += 1) {
    if (tick === warmUp) {
      takes.restart();
      decides.restart();
    }
    const request = 1_000_000 + tick;
    const [cores, memslices] = tick % 2 === 0 ? [2, 0] : [0, 4];
    const fields = { id: request, process: 1 + (tick % 4), cores, memslices };
    const atUs = 2 * tick + 1;
    takes.time(() => loop.take([{ atUs, type: 'allocate', fields }]));
    const { decisions, status } = await decides.timeAsync(() => loop.decide(atUs));
    if (decisions.length !== 1) throw new Error(`a single request was not decided: ${status}`);
    loop.take([{ atUs: atUs + 1, type: 'release', fields: { request } }]);
  }
  return {
    take_p50_ms: percentile(takes.samples, 50),
    ...timesOf(decides.timing()),
    p99_ms: percentile(decides.samples, 99),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
