import { unreachable } from '../../base/assert.js';
import type { CgroupLimit, CgroupOrder, CgroupSample, CpuMax } from '../../base/cgroup.js';
import type { Diagnostic } from '../../base/diagnostic.js';
import type { CgroupFolder } from './cgroup-folder.js';
import type { WatchedCgroup } from './cgroup-watcher.js';
import { readCpuMax, readMemoryCurrent, readMemoryMax } from './read-sample.js';
import { reasonOf } from './reason-of.js';

/** A control group as the writer needs it: what it told last, and those around it, the outermost first. */
export type WritableCgroup = Pick<WatchedCgroup, 'name' | 'parents' | 'folder' | 'sample'>;

export interface Written {
  /** Orders that are in force now. */
  readonly done: readonly CgroupOrder[];
  /** What could not be written, each told when it begins. */
  readonly diagnostics: readonly Diagnostic[];
  /** Writes that reached a file. */
  readonly writes: number;
}

type Resource = CgroupOrder['resource'];

const RESOURCES: readonly Resource[] = ['cpu', 'memory'];

/**
 * Carries out orders: all decreases before any increase; of two control groups of which one lies in the other the
 * inner one first on the way down, the outer one first on the way up. So the sums of what is in force never exceed
 * what was there or what is wanted.
 *
 * - An order that cannot be written waits and is tried again with the next ones, until a newer one takes its place.
 * - A memory limit at or below what is in use is not written: the kernel would kill rather than refuse.
 * - An outer control group has the sum of those in it, where it has a limit at all.
 */
export class LimitWriter {
  /** Orders not yet in force, by resource and name. */
  private readonly waiting = new Map<string, CgroupOrder>();
  /** What is known to be wrong, so that it is told once. */
  private readonly told = new Map<string, string>();
  private diagnostics: Diagnostic[] = [];
  private writes = 0;

  /** Quotas of other periods are compared by their share of `periodUs`. */
  constructor(
    private readonly periodUs: number,
    private readonly parentFolder: (name: string) => CgroupFolder,
  ) {}

  /** Names of control groups with an order that could not be carried out yet. */
  pending(): ReadonlySet<string> {
    return new Set([...this.waiting.values()].map(({ name }) => name));
  }

  /** Forgets a control group that is gone or no longer steered. */
  forget(name: string): void {
    for (const resource of RESOURCES) {
      this.waiting.delete(`${resource} ${name}`);
      this.told.delete(`${resource} ${name}`);
    }
  }

  /** Carries out new orders and those that wait, over all steered control groups. */
  write(orders: readonly CgroupOrder[], cgroups: ReadonlyMap<string, WritableCgroup>): Written {
    for (const order of orders) this.waiting.set(keyOf(order), order);
    this.diagnostics = [];
    this.writes = 0;
    const done: CgroupOrder[] = [];
    if (this.waiting.size > 0)
      for (const resource of RESOURCES) done.push(...this.writeAll(resource, cgroups));
    return { done, diagnostics: this.diagnostics, writes: this.writes };
  }

  private writeAll(resource: Resource, cgroups: ReadonlyMap<string, WritableCgroup>): CgroupOrder[] {
    const wanted = [...this.waiting.values()].filter((order) => order.resource === resource);
    if (wanted.length === 0) return [];
    const done: CgroupOrder[] = [];
    const present = new Map<string, CgroupLimit>();
    for (const { name, sample } of cgroups.values()) present.set(name, this.inForce(resource, sample));
    const finish = (order: CgroupOrder): void => {
      present.set(order.name, valueOf(order));
      this.waiting.delete(keyOf(order));
      done.push(order);
    };
    const raises: CgroupOrder[] = [];
    for (const order of wanted) {
      const cgroup = cgroups.get(order.name);
      if (cgroup === undefined) {
        this.waiting.delete(keyOf(order));
        continue;
      }
      const now = present.get(order.name) ?? 'max';
      if (isMore(valueOf(order), now)) raises.push(order);
      else if (valueOf(order) === now || this.put(order, cgroup.folder, 'lower')) finish(order);
    }
    const stuck = this.writeParents(resource, wanted, raises, present, cgroups);
    for (const order of raises) {
      const cgroup = cgroups.get(order.name);
      if (cgroup === undefined || cgroup.parents.some((parent) => stuck.has(parent))) continue;
      if (this.put(order, cgroup.folder, 'raise')) finish(order);
    }
    return done;
  }

  /** Brings outer control groups to the sums of what is in them; gives those that could not be raised. */
  private writeParents(
    resource: Resource,
    wanted: readonly CgroupOrder[],
    raises: readonly CgroupOrder[],
    present: ReadonlyMap<string, CgroupLimit>,
    cgroups: ReadonlyMap<string, WritableCgroup>,
  ): ReadonlySet<string> {
    const touched = new Set(wanted.flatMap(({ name }) => cgroups.get(name)?.parents ?? []));
    const stuck = new Set<string>();
    if (touched.size === 0) return stuck;
    const goal = new Map(raises.map((order) => [order.name, valueOf(order)]));
    const sums = new Map<string, CgroupLimit>();
    for (const { name, parents } of cgroups.values()) {
      const value = goal.get(name) ?? present.get(name) ?? 'max';
      for (const parent of parents) {
        if (!touched.has(parent)) continue;
        const sum = sums.get(parent) ?? 0;
        sums.set(parent, sum === 'max' || value === 'max' ? 'max' : sum + value);
      }
    }
    const [first] = wanted;
    const down: CgroupOrder[] = [];
    const up: CgroupOrder[] = [];
    for (const name of [...touched].sort((a, b) => depthOf(a) - depthOf(b))) {
      const sum = sums.get(name) ?? 'max';
      const now = this.parentLimit(resource, name);
      // Without a limit of its own, or around something without one, it bounds nothing that we steer.
      if (sum === 'max' || now === 'max' || sum === now || first === undefined) continue;
      const order: CgroupOrder =
        first.resource === 'cpu'
          ? { resource: 'cpu', name, quotaUs: Math.ceil(sum), periodUs: this.periodUs }
          : { resource: 'memory', name, bytes: sum };
      if (sum > now) up.push(order);
      else down.push(order);
    }
    for (const order of down.reverse()) this.put(order, this.parentFolder(order.name), 'lower');
    for (const order of up)
      if (!this.put(order, this.parentFolder(order.name), 'raise')) stuck.add(order.name);
    return stuck;
  }

  private parentLimit(resource: Resource, name: string): CgroupLimit {
    try {
      const folder = this.parentFolder(name);
      if (resource === 'memory') return readMemoryMax(folder) ?? 'max';
      return this.shareOf(readCpuMax(folder));
    } catch (error) {
      this.tell(`${resource} ${name}`, 'live/unreadable', `the limits of \`${name}\` cannot be read`, error);
      return 'max';
    }
  }

  /** Writes one limit; false, and a diagnostic the first time, where that cannot be. */
  private put(order: CgroupOrder, folder: CgroupFolder, way: 'raise' | 'lower'): boolean {
    const key = keyOf(order);
    const [file, text] = textOf(order);
    try {
      if (order.resource === 'memory' && way === 'lower') {
        const used = readMemoryCurrent(folder);
        if (used !== null && order.bytes <= used) {
          const message = `\`${order.name}\` uses ${used} bytes, so its memory limit is not lowered to ${order.bytes}`;
          this.tell(key, 'live/limit-below-usage', message, null);
          return false;
        }
      }
      folder.write(file, text);
      this.writes += 1;
      this.told.delete(key);
      return true;
    } catch (error) {
      this.tell(
        key,
        'live/unwritable',
        `\`${text}\` cannot be written to ${file} of \`${order.name}\``,
        error,
      );
      return false;
    }
  }

  /** The limit that a sample tells; a control group without the file has none. */
  private inForce(resource: Resource, { cpuMax, memoryMax }: CgroupSample): CgroupLimit {
    return resource === 'cpu' ? this.shareOf(cpuMax) : (memoryMax ?? 'max');
  }

  private shareOf(cpuMax: CpuMax | null): CgroupLimit {
    if (cpuMax === null || cpuMax.quotaUs === 'max') return 'max';
    return (cpuMax.quotaUs * this.periodUs) / cpuMax.periodUs;
  }

  private tell(key: string, code: Diagnostic['code'], message: string, error: unknown): void {
    const reason = error === null ? '' : `: ${reasonOf(error)}`;
    const known = `${code}${reason}`;
    if (this.told.get(key) === known) return;
    this.told.set(key, known);
    this.diagnostics.push({ code, severity: 'warning', message: `${message}${reason}` });
  }
}

const depthOf = (name: string): number => name.split('/').length;

function keyOf({ resource, name }: CgroupOrder): string {
  return `${resource} ${name}`;
}

function valueOf(order: CgroupOrder): number {
  return order.resource === 'cpu' ? order.quotaUs : order.bytes;
}

function isMore(value: number, than: CgroupLimit): boolean {
  return than !== 'max' && value > than;
}

function textOf(order: CgroupOrder): readonly [string, string] {
  switch (order.resource) {
    case 'cpu':
      return ['cpu.max', `${order.quotaUs} ${order.periodUs}`];
    case 'memory':
      return ['memory.max', String(order.bytes)];
    default:
      return unreachable(order);
  }
}
