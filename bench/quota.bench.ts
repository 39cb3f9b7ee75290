import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quota } from '../engine/controllers/quota/controller.js';
import type { Solver } from '../engine/loop/create-solver.js';
import { createSolver } from '../engine/loop/create-solver.js';
import { openLoop } from '../engine/loop/open-loop.js';
import { migrate } from '../engine/store/migrate.js';
import { openStore } from '../engine/store/open.js';
import type { Bench, BenchContext, Row } from './bench.js';
import { calibrate } from './calibration.js';
import { cpuNowMs, growthExponent } from './measure.js';
import { CONTAINERS_PER_APPLICATION, QuotaWorld } from './quota-world.js';

/** A period of 100 ms, from the event with its reports to committed quotas, on a file in memory. */
export const quotaBench: Bench = {
  name: 'quota',
  async run(context) {
    const solver = createSolver();
    const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'edict-quota-'));
    try {
      const rows: Row[] = [];
      for (const size of context.smoke ? SMOKE : SIZES) {
        context.note(`${size.containers} containers, ${size.scheduler}`);
        rows.push(
          await periods(size, join(folder, `${size.scheduler}-${size.containers}.db`), solver, context),
        );
      }
      const points = rows
        .filter((row) => row['scheduler'] === 'ref')
        .map((row) => ({ size: Number(row['containers']), ms: Number(row['cpu_ms']) }));
      return [
        {
          name: 'quota',
          title:
            'one period, in CPU milliseconds: taking its reports in, deciding and committing; `per_core` is how many containers a core serves in real time',
          rows,
        },
        {
          name: 'quota-growth',
          title: 'how the time of a period grows with the number of containers: time ~ containers ^ exponent',
          rows: [{ scheduler: 'ref', exponent: Number(growthExponent(points).toFixed(3)) }],
        },
      ];
    } finally {
      await solver.close();
      rmSync(folder, { recursive: true });
    }
  },
};

interface Size {
  readonly containers: number;
  readonly scheduler: string;
  readonly periods: number;
}

const SIZES: readonly Size[] = [
  { containers: 1000, scheduler: 'ref', periods: 60 },
  { containers: 12_000, scheduler: 'ref', periods: 60 },
  { containers: 30_000, scheduler: 'ref', periods: 40 },
  { containers: 100_000, scheduler: 'ref', periods: 30 },
  { containers: 1000, scheduler: 'one-by-one', periods: 30 },
  { containers: 12_000, scheduler: 'one-by-one', periods: 15 },
];
const SMOKE: readonly Size[] = [
  { containers: 80, scheduler: 'ref', periods: 8 },
  { containers: 400, scheduler: 'ref', periods: 8 },
  { containers: 80, scheduler: 'one-by-one', periods: 8 },
];

/** Of a run, so much is warm-up: quotas come from an even share. */
const WARM_UP = 0.25;
const PERIOD_MS = 100;

async function periods(size: Size, path: string, solver: Solver, { clock }: BenchContext): Promise<Row> {
  await migrate(path);
  const store = openStore(path, 'state');
  try {
    const { loop } = openLoop(store, {
      controller: quota,
      scheduler: size.scheduler,
      solve: solver.solve,
      clock,
    });
    const world = new QuotaWorld(Math.ceil(size.containers / CONTAINERS_PER_APPLICATION), 7);
    for (const event of world.deployment()) loop.take([event]);
    const calibration = calibrate(clock);
    let [takeMs, decideMs, wallMs, decisions, counted] = [0, 0, 0, 0, 0];
    for (let period = 0; period < size.periods; period += 1) {
      const event = world.report();
      const startedMs = clock.nowMs();
      const startedCpuMs = cpuNowMs();
      loop.take([event]);
      const takenCpuMs = cpuNowMs();
      const result = await loop.decide(event.atUs);
      const endedCpuMs = cpuNowMs();
      world.follow(result);
      if (period < size.periods * WARM_UP) continue;
      counted += 1;
      takeMs += takenCpuMs - startedCpuMs;
      decideMs += endedCpuMs - takenCpuMs;
      wallMs += clock.nowMs() - startedMs;
      decisions += result.decisions.length;
    }
    const cpuMs = (takeMs + decideMs) / counted;
    const containers = world.containers.length;
    return {
      scheduler: size.scheduler,
      containers,
      cpu_ms: round(cpuMs),
      take_ms: round(takeMs / counted),
      decide_ms: round(decideMs / counted),
      wall_ms: round(wallMs / counted),
      us_per_container: round((cpuMs * 1000) / containers),
      per_core: Math.floor((containers * PERIOD_MS) / cpuMs),
      changed_share: round(decisions / counted / containers),
      calibration_ms: round(calibration.cpuMs),
      rss_mb: Math.round(process.memoryUsage.rss() / 1e6),
    };
  } finally {
    store.close();
  }
}

const round = (value: number): number => Number(value.toFixed(2));
