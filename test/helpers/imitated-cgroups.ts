import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { must } from '../../engine/base/assert.js';

const PERIOD_MS = 100;

export interface ImitatedCgroup {
  /** Cores it would use if it could. */
  cores: number;
  memoryBytes: number;
  usageUs: number;
  periods: number;
  throttled: number;
  memoryHits: number;
  memoryKills: number;
}

/** A folder whose files behave as those of control groups do, as far as this project looks at them. */
export class ImitatedCgroups {
  readonly cgroups = new Map<string, ImitatedCgroup>();
  private restMs = 0;

  constructor(readonly folder: string) {}

  /** A control group; one with `/` in its name lies in pods, which have a limit unless they are there already. */
  add(
    name: string,
    {
      cores = 0,
      cpuMax = 'max 100000',
      memoryMax = 'max',
      memoryBytes = 0,
    }: { cores?: number; cpuMax?: string; memoryMax?: string; memoryBytes?: number } = {},
  ): ImitatedCgroup {
    mkdirSync(join(this.folder, name), { recursive: true });
    const cgroup = {
      cores,
      memoryBytes,
      usageUs: 0,
      periods: 0,
      throttled: 0,
      memoryHits: 0,
      memoryKills: 0,
    };
    this.cgroups.set(name, cgroup);
    this.write(name, 'cpu.max', cpuMax);
    this.write(name, 'memory.max', memoryMax);
    this.tell(name, cgroup);
    return cgroup;
  }

  /** Gives a pod limits of its own. */
  limitPod(name: string, cpuMax: string, memoryMax: string): void {
    this.write(name, 'cpu.max', cpuMax);
    this.write(name, 'memory.max', memoryMax);
  }

  remove(name: string): void {
    this.cgroups.delete(name);
    rmSync(join(this.folder, name), { recursive: true });
  }

  read(name: string, file: string): string {
    return readFileSync(join(this.folder, name, file), 'utf8').trim();
  }

  write(name: string, file: string, text: string): void {
    const path = join(this.folder, name, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${text}\n`);
  }

  /** CPU time per 100 ms that is in force; null: no limit. */
  quotaUs(name: string): number | null {
    if (!existsSync(join(this.folder, name, 'cpu.max'))) return null;
    const [quota = '', period = ''] = this.read(name, 'cpu.max').split(' ');
    return quota === 'max' ? null : (Number(quota) * 100_000) / Number(period);
  }

  memoryMax(name: string): number | null {
    const text = this.read(name, 'memory.max');
    return text === 'max' ? null : Number(text);
  }

  /** Sum of what is in force over containers with a limit. */
  quotaSum(): number {
    return [...this.cgroups.keys()].reduce((sum, name) => sum + (this.quotaUs(name) ?? 0), 0);
  }

  /** Lets time pass: every 100 ms each control group runs as far as its quota goes. */
  elapse(ms: number): void {
    this.restMs += ms;
    for (; this.restMs >= PERIOD_MS; this.restMs -= PERIOD_MS) {
      for (const [name, cgroup] of this.cgroups) {
        const wanted = Math.round(cgroup.cores * PERIOD_MS * 1000);
        const quota = this.quotaUs(name);
        cgroup.usageUs += quota === null ? wanted : Math.min(wanted, quota);
        if (quota !== null && wanted > 0) cgroup.periods += 1;
        if (quota !== null && wanted > quota) cgroup.throttled += 1;
      }
    }
    for (const [name, cgroup] of this.cgroups) this.tell(name, cgroup);
  }

  private tell(name: string, cgroup: ImitatedCgroup): void {
    const { usageUs, periods, throttled, memoryBytes, memoryHits, memoryKills } = cgroup;
    this.write(
      name,
      'cpu.stat',
      `usage_usec ${usageUs}\nuser_usec ${usageUs}\nsystem_usec 0\nnr_periods ${periods}\nnr_throttled ${throttled}\nthrottled_usec 0`,
    );
    this.write(name, 'memory.current', String(memoryBytes));
    this.write(name, 'memory.events', `low 0\nhigh 0\nmax ${memoryHits}\noom 0\noom_kill ${memoryKills}`);
  }

  of(name: string): ImitatedCgroup {
    return must(this.cgroups.get(name), name);
  }
}

/** A folder of imitated control groups, named `shop`, gone when the test ends. */
export function imitatedCgroups(t: ExecutionContext): ImitatedCgroups {
  const above = mkdtempSync(join(tmpdir(), 'edict-cgroups-'));
  t.teardown(() => rmSync(above, { recursive: true, force: true }));
  const folder = join(above, 'shop');
  mkdirSync(folder);
  return new ImitatedCgroups(folder);
}
