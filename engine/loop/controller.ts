import type { Diagnostic } from '../base/diagnostic.js';
import type { Random } from '../base/random.js';
import type { SqlRecord, SqlValue } from '../base/sql-value.js';
import type { CgroupSession, CgroupSetting } from './cgroup-session.js';

/** Something that happened outside: one record of a trace or one line on stdin. */
export interface LoopEvent {
  /** Microseconds since the start of the trace, or of the live run; never decreasing. */
  readonly atUs: number;
  readonly type: string;
  /** The remaining fields, as JSON gave them. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What goes out: an answer, an order, a notice. Plain data; its payload means nothing to the core. */
export interface Effect {
  readonly type: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The state as a controller sees it inside a transaction of the loop. Synchronous. */
export interface Rows {
  all(sql: string, ...parameters: readonly SqlValue[]): SqlRecord[];
  get(sql: string, ...parameters: readonly SqlValue[]): SqlRecord | undefined;
  /** Number of rows changed. */
  run(sql: string, ...parameters: readonly SqlValue[]): number;
}

/** What a controller is handed with every call. */
export interface ControllerContext {
  readonly rows: Rows;
  /** Logical time of the tick, microseconds. */
  readonly nowUs: number;
  /** Name of the scheduler that decides. */
  readonly scheduler: string;
  /** Seeded per tick, so that a resumed replay draws the same numbers. */
  readonly random: Random;
  /** Queues an effect; it leaves only when the transaction has committed. */
  readonly emit: (effect: Effect) => void;
  /** Reports an event that cannot be served; the state keeps what preceded it. */
  readonly refuse: (diagnostic: Pick<Diagnostic, 'code' | 'message' | 'help'>) => void;
}

/** One value for one controllable cell. */
export interface Decision {
  readonly table: string;
  /** Primary key columns (or rowid) and their values as stored before the solve. */
  readonly key: SqlRecord;
  readonly column: string;
  readonly value: SqlValue;
  readonly previous: SqlValue;
}

/** Rows of one table that wait for a decision, and may be left waiting when they do not all fit. */
export interface Batch {
  readonly table: string;
  /** Primary keys, the longest waiting first. */
  readonly keys: readonly SqlRecord[];
  /** When the longest waiting one came, microseconds; null for an empty batch. */
  readonly oldestUs: number | null;
}

/** Decides a batch without a solver: a baseline on the same tables and loop. */
export interface DirectScheduler {
  /**
   * One decision per row of the batch, or null when some row fits nowhere.
   * It may keep its own cursors in tables of its controller.
   */
  decide(batch: Batch, context: ControllerContext): readonly Decision[] | null;
}

/** What decides: policy files (relative to the package or absolute), or code of a baseline. */
export type Scheduler =
  | { readonly kind: 'policies'; readonly paths: readonly string[] }
  | { readonly kind: 'direct'; readonly decide: DirectScheduler['decide'] }
  /** A direct scheduler of the same controller at every tick, and a solve of policies after every so many of them. */
  | {
      readonly kind: 'layered';
      readonly direct: string;
      readonly paths: readonly string[];
      readonly everyTicks: number;
    };

/** When a batch is handed to the scheduler. */
export type TriggerRule =
  /** As soon as `requests` wait or the oldest has waited `delayUs` (thesis 6.5: every n ms or m requests). */
  | { readonly kind: 'batch'; readonly delayUs: number; readonly requests: number }
  /** At every `pollUs`, when `requests` wait or the last solve is older than `maxUs` (the published loop). */
  | { readonly kind: 'poll'; readonly pollUs: number; readonly requests: number; readonly maxUs: number };

/** A figure of `metrics` as a column of a table that sets schedulers side by side. */
export interface Figure {
  /** Its name in `metrics`. */
  readonly metric: string;
  readonly title: string;
  /** null for a count or a share without unit. */
  readonly unit: string | null;
  /** Which value is the best one; null where neither is. */
  readonly best: 'least' | 'most' | null;
}

/** A chart of a comparison, drawn from one query on each scheduler's final state. */
export interface ComparisonChart {
  /**
   * `cdf`: the query gives `value` and how often it was seen, `count`; one line per scheduler.
   * `lines`: it gives `x`, strictly increasing, and a column per line; one chart per scheduler.
   */
  readonly kind: 'cdf' | 'lines';
  readonly title: string;
  /** What to look for; null where the title says it. */
  readonly note: string | null;
  readonly x: { readonly name: string; readonly unit: string | null };
  /** Of `lines`; a distribution has shares there. */
  readonly y: { readonly name: string; readonly unit: string | null };
  /** Lines that hold each value until the next x, by column. */
  readonly steps: readonly string[];
  readonly sql: string;
}

/** What a controller has to say about several of its schedulers after the same trace. */
export interface Comparison {
  readonly figures: readonly Figure[];
  readonly charts: readonly ComparisonChart[];
}

/**
 * What one resource domain adds to the loop: decode, encode and a state graph. Formulas live in its views.
 *
 * - The loop calls `receive` and `commit` inside a write transaction; a throw rolls all of it back.
 * - INVARIANT: no clock, no randomness but the context's, no I/O.
 */
export interface Controller {
  readonly name: string;
  /** Base tables whose controllable columns only this controller's policies may decide. */
  readonly tables: readonly string[];
  readonly events: readonly string[];
  readonly schedulers: Readonly<Record<string, Scheduler>>;
  readonly defaultScheduler: string;
  /** Policy paths that every answer of a direct scheduler must pass; those of the default scheduler unless said. */
  readonly checks?: readonly string[];
  readonly trigger: TriggerRule;
  /** True: the journal has one entry per tick and column instead of one per decision, for thousands of them a tick. */
  readonly journalsTogether?: boolean;

  /** Turns one event into rows, machine steps and effects. */
  receive(event: LoopEvent, context: ControllerContext): void;
  /**
   * True where what waits must be decided before this event is taken in, because the order of the two matters.
   * Asked only while something waits; without it, all events of an instant come before what is decided at it.
   */
  readonly mustWait?: (event: LoopEvent, rows: Rows) => boolean;
  /** What waits now. */
  waiting(rows: Rows): Batch;
  /** Takes rows out of the batch until the next tick; `reason` is for people. */
  defer(keys: readonly SqlRecord[], reason: string, context: ControllerContext): void;
  /** Puts deferred rows back, at the start of every tick. */
  readmit(context: ControllerContext): void;
  /** After the decisions on a batch are written: commits the twin columns, steps machines, emits effects. */
  commit(decisions: readonly Decision[], context: ControllerContext, batch: Batch): void;
  /** How it steers control groups of the kernel, where it does. */
  readonly steerCgroups?: (setting: CgroupSetting) => CgroupSession;
  /** The replay's figures, read from the final state. */
  metrics(rows: Rows): Readonly<Record<string, number | null>>;
  /** How its schedulers are set side by side; all metrics in a table unless said. */
  readonly comparison?: Comparison;
}
