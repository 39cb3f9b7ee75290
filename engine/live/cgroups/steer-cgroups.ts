import { join } from 'node:path';
import type { CgroupOrder, CgroupSample } from '../../base/cgroup.js';
import type { Clock } from '../../base/clock.js';
import type { Diagnostic } from '../../base/diagnostic.js';
import { DiagnosticError } from '../../base/diagnostic.js';
import type { CgroupSession, TimelessEvent } from '../../loop/cgroup-session.js';
import type { Effect, LoopEvent } from '../../loop/controller.js';
import type { Loop } from '../../loop/loop.js';
import { Runner } from '../../loop/runner.js';
import { nextPeriod } from '../periods.js';
import { CgroupFolder } from './cgroup-folder.js';
import { CgroupWatcher } from './cgroup-watcher.js';
import { LimitWriter } from './limit-writer.js';

export interface SteerOptions {
  readonly clock: Clock;
  /** Waits for some milliseconds, or a little longer. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Folder whose control groups are steered; it is never written to itself. */
  readonly folder: string;
  readonly lengthMs: number;
  /** Periods until it ends by itself; null: never. */
  readonly periods: number | null;
  /** How often control groups are looked for that came or went, in periods. */
  readonly scanPeriods: number;
  /** Decides and tells, but writes nothing. */
  readonly isDry: boolean;
  readonly onEffect: (effect: Effect, atUs: number) => void;
  readonly onDiagnostic: (diagnostic: Diagnostic) => void;
  /** Every event as it was taken in, before its effects. */
  readonly onEvent: (event: LoopEvent) => void;
  /** True once it shall end; asked often. */
  readonly isStopped: () => boolean;
}

export interface SteerResult {
  readonly periods: number;
  /** Periods without any work, because that of an earlier one took too long. */
  readonly missed: number;
  readonly events: number;
  readonly ticks: number;
  /** Writes that reached a file. */
  readonly writes: number;
  /** Control groups steered at the end. */
  readonly cgroups: number;
  /** Longest work of one period, milliseconds. */
  readonly longestMs: number;
}

/**
 * Steers the control groups of a folder: every period reads what they did, has the loop decide, writes limits.
 *
 * - Periods begin at multiples of their length and do not drift; one whose work takes longer is told.
 * - Nothing is put back at the end: limits stay as they were written last.
 * - Throws DiagnosticError where the folder cannot be read, or the controller cannot steer what is in it.
 */
export function steerCgroups(
  loop: Loop,
  session: CgroupSession,
  options: SteerOptions,
): Promise<SteerResult> {
  return new Steering(loop, session, options).run();
}

/** Problems told per period; the rest is counted. */
const TOLD_PER_PERIOD = 20;

/** Scans between two offers of a control group that the controller does not take, at most. */
const LONGEST_WAIT = 64;

/** How often a wait looks whether it shall end, milliseconds. */
const LOOK_MS = 50;

class Steering {
  private readonly runner: Runner;
  private readonly watcher: CgroupWatcher;
  private readonly writer: LimitWriter;
  /** Names that the controller did not take, and when they are offered again. */
  private readonly refused = new Map<string, { readonly nextPeriod: number; readonly wait: number }>();
  private readonly startMs: number;
  private readonly startUs: number;
  private effects: Effect[] = [];
  private diagnostics: Diagnostic[] = [];
  private counts = { periods: 0, missed: 0, events: 0, ticks: 0, writes: 0, longestMs: 0 };

  constructor(
    loop: Loop,
    private readonly session: CgroupSession,
    private readonly options: SteerOptions,
  ) {
    const { clock, folder } = options;
    this.runner = new Runner(loop, {
      onTaken: ({ effects, refusals }, atUs) => this.heed(effects, refusals, atUs),
      onTick: ({ effects, refusals }, atUs) => {
        this.counts.ticks += 1;
        this.heed(effects, refusals, atUs);
      },
    });
    this.watcher = new CgroupWatcher(folder, clock);
    const parentFolder = (name: string): CgroupFolder => new CgroupFolder(join(folder, name), false);
    this.writer = new LimitWriter(session.periodUs(), parentFolder);
    this.startMs = clock.nowMs();
    this.startUs = this.runner.nowUs;
  }

  private heed(effects: readonly Effect[], refusals: readonly Diagnostic[], atUs: number): void {
    for (const effect of effects) this.options.onEffect(effect, atUs);
    this.effects.push(...effects);
    this.diagnostics.push(...refusals);
  }

  async run(): Promise<SteerResult> {
    const { clock, lengthMs, periods, isStopped } = this.options;
    let last = -1;
    try {
      this.watcher.scan();
      const { events, problems } = this.session.begin([...this.watcher.cgroups.keys()]);
      if (problems.length > 0) throw new DiagnosticError(problems);
      await this.take(events);
      while (!isStopped() && (periods === null || this.counts.periods < periods)) {
        const { number, dueMs, missed } = nextPeriod(this.startMs, lengthMs, last, clock.nowMs());
        await this.waitUntil(dueMs);
        if (isStopped()) break;
        const beganMs = clock.nowMs();
        await this.period();
        last = number;
        this.counts.periods += 1;
        this.counts.missed += missed;
        this.tell(clock.nowMs() - beganMs, missed);
      }
      return { ...this.counts, cgroups: this.steeredCount() };
    } finally {
      this.watcher.close();
    }
  }

  private async waitUntil(dueMs: number): Promise<void> {
    const { clock, sleep, isStopped } = this.options;
    for (;;) {
      const restMs = dueMs - clock.nowMs();
      if (restMs <= 0 || isStopped()) return;
      await sleep(Math.min(restMs, LOOK_MS));
    }
  }

  private async period(): Promise<void> {
    const { session, options, watcher } = this;
    const isScan = this.counts.periods % options.scanPeriods === 0;
    const left = isScan ? watcher.scan() : [];
    const { uses, gone } = watcher.measure();
    for (const name of [...left, ...gone]) {
      this.writer.forget(name);
      this.refused.delete(name);
    }
    const events = [
      ...session.leave([...left, ...gone]),
      // After those that left: a name may be in both.
      ...(isScan ? this.arrived() : []),
      ...session.report(uses, this.writer.pending()),
    ];
    await this.take(events);
    const { orders, dropped } = session.orders(this.effects);
    this.effects = [];
    for (const { name, reason } of dropped) this.drop(name, reason);
    if (options.isDry) {
      await this.take(session.confirm(orders));
      return;
    }
    const lifted = this.lifted();
    for (const order of orders) watcher.cgroups.get(order.name)?.ordered.set(order.resource, order);
    const { done, diagnostics, writes } = this.writer.write([...lifted, ...orders], watcher.cgroups);
    this.counts.writes += writes;
    this.diagnostics.push(...diagnostics);
    await this.take(session.confirm(done));
  }

  private async take(events: readonly TimelessEvent[]): Promise<void> {
    if (events.length === 0) return;
    const { clock, onEvent } = this.options;
    const wallUs = this.startUs + Math.round((clock.nowMs() - this.startMs) * 1000);
    // Two groups of events never share an instant, so that a record replays to the same digest.
    const atUs = Math.max(this.runner.nowUs + 1, wallUs);
    const stamped = events.map((event) => ({ ...event, atUs }));
    for (const event of stamped) onEvent(event);
    this.counts.events += stamped.length;
    await this.runner.take(stamped);
  }

  /** Offers the controller what it does not steer yet. */
  private arrived(): readonly TimelessEvent[] {
    const found: CgroupSample[] = [];
    for (const [name, one] of this.watcher.cgroups) {
      if (one.isSteered || !this.watcher.canRead(name)) continue;
      if (this.counts.periods < (this.refused.get(name)?.nextPeriod ?? 0)) continue;
      const { cpuMax, memoryMax } = one.sample;
      if (cpuMax === null && memoryMax === null) {
        this.drop(name, 'it has neither cpu.max nor memory.max');
        continue;
      }
      one.isSteered = true;
      found.push(one.sample);
    }
    return found.length === 0 ? [] : this.session.arrive(found, this.steeredCount());
  }

  /** Takes a control group out of steering; it is offered again later, ever more seldom. */
  private drop(name: string, reason: string): void {
    const one = this.watcher.cgroups.get(name);
    if (one === undefined) return;
    one.isSteered = false;
    one.ordered.clear();
    this.writer.forget(name);
    const before = this.refused.get(name);
    const { scanPeriods } = this.options;
    const wait = before === undefined ? scanPeriods : Math.min(2 * before.wait, LONGEST_WAIT * scanPeriods);
    this.refused.set(name, { nextPeriod: this.counts.periods + wait, wait });
    if (before !== undefined) return;
    const message = `\`${name}\` is not steered and keeps its limits: ${reason}`;
    this.diagnostics.push({ code: 'live/not-steered', severity: 'warning', message });
  }

  /** Orders to put back limits that somebody else took away. */
  private lifted(): CgroupOrder[] {
    const pending = this.writer.pending();
    return [...this.watcher.cgroups.values()].flatMap(({ name, sample, ordered, isSteered }) => {
      if (!isSteered || pending.has(name)) return [];
      const lost = [...ordered.values()].filter(({ resource }) =>
        resource === 'cpu' ? sample.cpuMax?.quotaUs === 'max' : sample.memoryMax === 'max',
      );
      for (const { resource } of lost) {
        const message = `somebody took the ${resource} limit of \`${name}\` away; it is put back`;
        this.diagnostics.push({ code: 'live/limit-lifted', severity: 'warning', message });
      }
      return lost;
    });
  }

  private steeredCount(): number {
    return [...this.watcher.cgroups.values()].filter(({ isSteered }) => isSteered).length;
  }

  /** Tells what went wrong in a period, and where its work took longer than it is. */
  private tell(tookMs: number, missed: number): void {
    const { lengthMs, onDiagnostic } = this.options;
    this.counts.longestMs = Math.max(this.counts.longestMs, tookMs);
    const problems = [...this.watcher.takeDiagnostics(), ...this.diagnostics];
    this.diagnostics = [];
    if (tookMs > lengthMs) {
      const also = missed === 0 ? '' : `; ${missed} before it passed without any`;
      const message = `the work of a period took ${Math.round(tookMs)} ms of ${lengthMs}${also}`;
      problems.push({ code: 'live/overrun', severity: 'warning', message });
    }
    for (const problem of problems.slice(0, TOLD_PER_PERIOD)) onDiagnostic(problem);
    const [next] = problems.slice(TOLD_PER_PERIOD);
    if (next === undefined) return;
    const more = problems.length - TOLD_PER_PERIOD - 1;
    onDiagnostic({ ...next, message: `${next.message}, and ${more} more in this period` });
  }
}
