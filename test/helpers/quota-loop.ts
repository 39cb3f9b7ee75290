import { stoppedClock } from '../../engine/base/clock.js';
import { catalogOf } from '../../engine/check/schema.js';
import { quota } from '../../engine/controllers/quota/controller.js';
import type { LoopEvent } from '../../engine/loop/controller.js';
import { createSolver } from '../../engine/loop/create-solver.js';
import { deciderOf } from '../../engine/loop/open-loop.js';
import type { Decider, Emitted, TickResult } from '../../engine/loop/loop.js';
import { Loop } from '../../engine/loop/loop.js';
import { Runner } from '../../engine/loop/runner.js';
import { introspect } from '../../engine/store/introspect.js';
import { openStore } from '../../engine/store/open.js';
import { openSnapshot, snapshotOf } from '../../engine/store/snapshot.js';
import type { Store } from '../../engine/store/store.js';

/** One solver for all tests of a file; end it in `test.after.always`. */
export const solver = createSolver();

/** A quota loop on a database of its own, and what has left it. */
export interface QuotaLoop {
  readonly store: Store;
  readonly loop: Loop;
  readonly runner: Runner;
  readonly taken: Emitted[];
  readonly ticks: TickResult[];
  /** Takes events of one instant, and decides what falls due. */
  readonly take: (atUs: number, ...events: readonly EventFields[]) => Promise<void>;
  readonly rows: (
    sql: string,
    ...parameters: readonly (string | number)[]
  ) => readonly Readonly<Record<string, unknown>>[];
}

/** An event as a trace has it, without its time. */
export type EventFields = Readonly<Record<string, unknown>> & { readonly type: string };

/** Made once: an empty database takes longer to make than most tests take. */
const empty = openStore(':memory:', 'state');
const snapshot = snapshotOf(empty);
const catalog = catalogOf(introspect(empty));
const relations = new Map(catalog.relations.map((relation) => [relation.name, relation]));
const deciders = new Map<string, Decider>();
empty.close();

export function quotaLoop({
  scheduler = quota.defaultScheduler,
  store = openSnapshot(snapshot),
}: { readonly scheduler?: string; readonly store?: Store } = {}): QuotaLoop {
  const decider = deciders.get(scheduler) ?? deciderOf(quota, scheduler, catalog);
  deciders.set(scheduler, decider);
  const loop = new Loop(store, {
    controller: quota,
    decider,
    mode: 'best-effort',
    trigger: quota.trigger,
    limits: { timeMs: null, work: null, seed: 1 },
    relations,
    solve: solver.solve,
    clock: stoppedClock,
  });
  const taken: Emitted[] = [];
  const ticks: TickResult[] = [];
  const runner = new Runner(loop, {
    onTaken: (emitted) => taken.push(emitted),
    onTick: (result) => ticks.push(result),
  });
  return {
    store,
    loop,
    runner,
    taken,
    ticks,
    take: async (atUs, ...events) => runner.take(events.map((event) => eventOf(atUs, event))),
    rows: (sql, ...parameters) => store.records(sql, parameters),
  };
}

export function eventOf(atUs: number, { type, ...fields }: EventFields): LoopEvent {
  return { atUs, type, fields };
}
