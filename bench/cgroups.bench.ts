import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../engine/base/assert.js';
import type { Random } from '../engine/base/random.js';
import { seededRandom } from '../engine/base/random.js';
import { CgroupFolder } from '../engine/live/cgroups/cgroup-folder.js';
import { findCgroups } from '../engine/live/cgroups/find-cgroups.js';
import { readSample } from '../engine/live/cgroups/read-sample.js';
import { steerCgroups } from '../engine/live/cgroups/steer-cgroups.js';
import { openStore } from '../engine/store/open.js';
import { openQuotaSession } from '../test/helpers/quota-session.js';
import type { Bench, BenchContext, Row, Table } from './bench.js';
import { cpuNowMs, measure, repetition, timesOf } from './measure.js';

const PERIOD_MS = 100;
const PAGE = 4096;

/** CPU time per container that the application has: much more than all use, or so little that the pool runs dry. */
const POOLS = [
  ['ample', 120_000],
  ['scarce', 60_000],
] as const;

/** Control groups live: what one container costs in one period. */
export const cgroupsBench: Bench = {
  name: 'cgroups',
  async run(context) {
    const above = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
    const folder = mkdtempSync(join(above, 'edict-bench-cgroups-'));
    try {
      const sizes = context.smoke ? [20] : [100, 1000];
      const reads: Row[] = [];
      const whole: Row[] = [];
      for (const size of sizes) {
        const shop = new BusyFolder(join(folder, String(size)), size);
        context.note(`${size} control groups`);
        reads.push(...readRows(shop, context));
        for (const pool of POOLS) whole.push(await steerRow(shop, pool, context));
      }
      return [
        { name: 'read', title: 'Reading five files of each control group and finding new ones', rows: reads },
        { name: 'whole', title: 'A period: read, decide, commit, write; all containers report', rows: whole },
      ] satisfies readonly Table[];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** A folder that imitates control groups, each with a demand that changes with time. */
class BusyFolder {
  readonly names: readonly string[];
  private readonly random: Random = seededRandom(7);
  private readonly used: number[];
  private readonly throttled: number[];
  private periods = 0;

  constructor(
    readonly path: string,
    readonly size: number,
  ) {
    this.names = Array.from({ length: size }, (_, index) => `box-${String(index).padStart(5, '0')}`);
    this.used = this.names.map(() => 0);
    this.throttled = this.names.map(() => 0);
    for (const name of this.names) {
      mkdirSync(join(path, name), { recursive: true });
      this.write(name, 'cpu.max', 'max 100000\n');
      this.write(name, 'memory.max', 'max\n');
      this.write(name, 'memory.events', 'low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n');
    }
    this.elapse();
  }

  private write(name: string, file: string, text: string): void {
    writeFileSync(join(this.path, name, file), text);
  }

  /** One period: each uses a random share of a core, as far as its quota goes. */
  elapse(): void {
    this.periods += 1;
    this.names.forEach((name, index) => {
      const [quotaText = ''] = readFileSync(join(this.path, name, 'cpu.max'), 'latin1').split(' ');
      const quotaUs = quotaText === 'max' ? Infinity : Number(quotaText);
      const wanted = 10_000 + this.random.below(80_000);
      this.used[index] = must(this.used[index], name) + Math.min(wanted, quotaUs);
      this.throttled[index] = must(this.throttled[index], name) + (wanted > quotaUs ? 1 : 0);
      const usage = must(this.used[index], name);
      this.write(
        name,
        'cpu.stat',
        `usage_usec ${usage}\nuser_usec ${usage}\nsystem_usec 0\nnr_periods ${this.periods}\nnr_throttled ${must(this.throttled[index], name)}\nthrottled_usec 0\n`,
      );
      this.write(name, 'memory.current', `${(5000 + this.random.below(5000)) * PAGE}\n`);
    });
  }
}

/** Handles kept open, as on the kernel's files, beside files opened each time, as on those that imitate them. */
function readRows({ path, names, size }: BusyFolder, { clock, smoke }: BenchContext): Row[] {
  const rows = [true, false].map((keepsOpen) => {
    const folders = names.map((name) => new CgroupFolder(join(path, name), keepsOpen));
    const timing = measure(clock, repetition(smoke), () => {
      folders.forEach((folder, index) => readSample(must(names[index], 'a name'), folder, 0));
    });
    for (const folder of folders) folder.close();
    const what = keepsOpen ? 'read, handles kept' : 'read, files opened';
    return { what, containers: size, ...timesOf(timing), us_each: (1000 * timing.cpuMs) / size };
  });
  const scan = measure(clock, repetition(smoke), () => findCgroups(path, false));
  return [...rows, { what: 'find', containers: size, ...timesOf(scan), us_each: (1000 * scan.cpuMs) / size }];
}

/** Whole periods without the time of the imitation, after some that fill the windows. */
async function steerRow(
  shop: BusyFolder,
  [pool, quotaUs]: (typeof POOLS)[number],
  { clock, smoke }: BenchContext,
): Promise<Row> {
  const store = openStore(':memory:', 'state');
  try {
    const { loop, session } = openQuotaSession(store, {
      name: 'bench',
      budget: {
        cpuMax: { quotaUs: shop.size * quotaUs, periodUs: 100_000 },
        memoryBytes: shop.size * 40_000 * PAGE,
      },
      isDry: false,
    });
    const warmUp = smoke ? 1 : 20;
    const periods = smoke ? 3 : 60;
    let nowMs = 0;
    let period = 0;
    let imitationMs = 0;
    let fromMs = 0;
    let wallMs = 0;
    const result = await steerCgroups(loop, session, {
      clock: { nowMs: () => nowMs },
      sleep: (ms) => {
        nowMs += ms;
        if (nowMs % PERIOD_MS !== 0) return Promise.resolve();
        const cpuMs = cpuNowMs();
        const startMs = clock.nowMs();
        shop.elapse();
        imitationMs += cpuNowMs() - cpuMs;
        wallMs -= clock.nowMs() - startMs;
        period += 1;
        if (period === warmUp) {
          imitationMs = 0;
          fromMs = cpuNowMs();
          wallMs = -clock.nowMs();
        }
        return Promise.resolve();
      },
      folder: shop.path,
      lengthMs: PERIOD_MS,
      periods: warmUp + periods,
      scanPeriods: 10,
      isDry: false,
      onEffect: () => undefined,
      onDiagnostic: ({ message }) => {
        throw new Error(message);
      },
      onEvent: () => undefined,
      isStopped: () => false,
    });
    const cpuMs = (cpuNowMs() - fromMs - imitationMs) / periods;
    return {
      containers: shop.size,
      pool,
      periods,
      wall_ms: (wallMs + clock.nowMs()) / periods,
      cpu_ms: cpuMs,
      us_each: (1000 * cpuMs) / shop.size,
      writes_per_period: result.writes / (warmUp + periods),
      containers_per_core: Math.round((shop.size * PERIOD_MS) / cpuMs),
    };
  } finally {
    store.close();
  }
}
