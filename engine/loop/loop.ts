import { assert } from '../base/assert.js';
import type { Clock } from '../base/clock.js';
import type { Diagnostic } from '../base/diagnostic.js';
import { seededRandom } from '../base/random.js';
import type { SqlRecord } from '../base/sql-value.js';
import { didYouMean } from '../base/suggest.js';
import type { Relation } from '../catalog/catalog.js';
import { evaluate } from '../model/evaluate.js';
import type { SolveLimits, SolveReport } from '../solve/solver.js';
import type { JournalEntry } from '../store/journal.js';
import { appendJournal } from '../store/journal.js';
import { rowsOf } from '../store/rows-of.js';
import { GroundCache } from '../ground/ground-cache.js';
import { RowCache } from '../store/row-cache.js';
import { recordSolveRun } from '../store/solve-run.js';
import { StoreError } from '../store/store-error.js';
import type { Store } from '../store/store.js';
import type { CompiledPolicies } from './compile.js';
import type {
  Batch,
  Controller,
  ControllerContext,
  Decision,
  DirectScheduler,
  Effect,
  LoopEvent,
  Rows,
  TriggerRule,
} from './controller.js';
import type { Prepared, Solve } from './decide.js';
import { groundErrors, isCurrent, prepare, softResults, withBounds } from './decide.js';
import { journalBodies } from './decisions-together.js';
import { engineFaults } from './engine-fault.js';
import { admit } from './fallback.js';
import { reasonOf } from './find-core.js';
import { PoliciesReading } from './policies-reading.js';
import type { StageMs } from './stages.js';
import { StageClock } from './stages.js';
import { timedReader } from './timed-reader.js';
import type { TriggerAnswer } from './trigger.js';
import { trigger } from './trigger.js';
import { cellRow, changesOf, decisionsOf, writeDecisions } from './writeback.js';

/** What decides a batch. `checks` are the policies every answer must pass, whoever gave it. */
export type Decider = Layer | Layers;

/** A direct scheduler at every tick, and policies as a tick of their own after every so many of these. */
export interface Layers {
  readonly kind: 'layered';
  readonly name: string;
  readonly direct: Extract<Layer, { kind: 'direct' }>;
  readonly policies: Extract<Layer, { kind: 'policies' }>;
  readonly everyTicks: number;
}

export type Layer =
  | { readonly kind: 'policies'; readonly name: string; readonly checks: CompiledPolicies }
  | {
      readonly kind: 'direct';
      readonly name: string;
      readonly checks: CompiledPolicies;
      readonly decide: DirectScheduler['decide'];
    };

/** What becomes of a batch that does not fit as a whole. */
export type BatchMode =
  /** Every row waits on. */
  | 'all-or-nothing'
  /** As many rows as possible are served, oldest first; the rest wait. */
  | 'best-effort';

export interface LoopOptions {
  readonly controller: Controller;
  readonly decider: Decider;
  readonly mode: BatchMode;
  readonly trigger: TriggerRule;
  readonly limits: SolveLimits;
  /** Base tables by name, for write-back. */
  readonly relations: ReadonlyMap<string, Relation>;
  readonly solve: Solve;
  /** For the timings in `solve_run`; decisions never read it. */
  readonly clock: Clock;
}

/** What left the loop after a transaction had committed. */
export interface Emitted {
  readonly effects: readonly Effect[];
  readonly refusals: readonly Diagnostic[];
}

/** What came of taking events in. */
export interface Taken extends Emitted {
  /** How many of them; the next one, if any, waits until what waits now is decided. */
  readonly taken: number;
}

export interface TickResult extends Emitted {
  readonly tick: number;
  readonly status: 'optimal' | 'feasible' | 'infeasible' | 'unknown' | 'model_invalid' | 'fault';
  /** Cells that changed. */
  readonly decisions: readonly Decision[];
  readonly leftOut: number;
  /** Wall milliseconds of the solve alone. */
  readonly solveMs: number;
  /** Wall milliseconds of all stages; a baseline spends all but the commit in `solve`. */
  readonly stageMs: StageMs;
}

/** A tick whose transaction has not committed yet. */
type Decided = Omit<TickResult, 'solveMs' | 'stageMs'>;

/** How often a tick is solved anew because somebody else wrote meanwhile. */
const STALE_RETRIES = 5;

/**
 * events -> tables -> ground -> solve -> check -> write back -> machines -> effects, in two transactions:
 * `take` brings events in, `decide` writes decisions guarded by the state it was grounded on.
 *
 * - The journal commits with what it tells of; effects are handed out only after their commit.
 * - Same database, policies, events and seed give the same journal digest.
 * - A new Loop over the same database goes on where the last one stopped, also after a kill.
 */
export class Loop {
  private tick: number;
  private forced: boolean;
  private lastSolveUs: number;
  private dueUs: number | null = null;
  private readonly rows: Rows;
  private readonly cache: RowCache;
  private made = new GroundCache();
  private readers: PoliciesReading | null = null;
  /** Ticks of the direct layer since the policies of the other were solved; stays 0 without layers. */
  private ticksSinceSolve = 0;

  constructor(
    private readonly store: Store,
    private readonly options: LoopOptions,
  ) {
    assert(store.adopted, 'a loop over a database that was not adopted');
    this.rows = rowsOf(store);
    this.cache = new RowCache(store);
    const last = store.record(
      "select max(tick) as tick, max(seq) as seq, max(at_us) as at_us from journal where kind = 'outcome'",
    );
    this.tick = Number(last?.['tick'] ?? 0) + 1;
    this.lastSolveUs = Number(last?.['at_us'] ?? 0);
    const asked = store.record(
      "select 1 as asked from journal where kind = 'input' and seq > ? and json_extract(body, '$.type') = 'solve' limit 1",
      [Number(last?.['seq'] ?? 0)],
    );
    this.forced = asked !== undefined;
    const { decider } = options;
    if (decider.kind !== 'layered') return;
    const since = store.record(
      `select count(*) as n from journal where kind = 'outcome' and seq > (
         select coalesce(max(seq), 0) from journal
         where kind = 'outcome' and json_extract(body, '$.scheduler') = ?)`,
      [decider.policies.name],
    );
    this.ticksSinceSolve = Number(since?.['n'] ?? 0);
    this.forced ||= this.ticksSinceSolve >= decider.everyTicks;
  }

  /** What decides the next tick. */
  private layer(): Layer {
    const { decider } = this.options;
    if (decider.kind !== 'layered') return decider;
    return this.ticksSinceSolve >= decider.everyTicks ? decider.policies : decider.direct;
  }

  /** Number of events ever taken in; a resumed replay skips as many. */
  eventsTaken(): number {
    return Number(this.store.record("select count(*) as n from journal where kind = 'input'")?.['n'] ?? 0);
  }

  /** Logical time of the last thing in the journal; -1 before the first. */
  lastUs(): number {
    return Number(this.store.record('select max(at_us) as at_us from journal')?.['at_us'] ?? -1);
  }

  /** Drops all that was kept from earlier ticks: the next one reads everything again. Nothing else depends on it. */
  forget(): void {
    this.cache.clear();
    this.made = new GroundCache();
  }

  private context(
    nowUs: number,
    entries: JournalEntry[],
    out: { effects: Effect[]; refusals: Diagnostic[] },
  ): ControllerContext {
    const { tick } = this;
    const { seed } = this.options.limits;
    return {
      rows: this.rows,
      nowUs,
      scheduler: this.layer().name,
      random: seededRandom((Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(tick, 0x85ebca77)) >>> 0),
      emit: (effect) => {
        out.effects.push(effect);
        entries.push({ tick, kind: 'effect', atUs: nowUs, body: { type: effect.type, ...effect.fields } });
      },
      refuse: ({ code, message, help }) => {
        out.refusals.push({ code, severity: 'error', message, help });
        entries.push({ tick, kind: 'refusal', atUs: nowUs, body: { code, message } });
      },
    };
  }

  /**
   * Takes in events of one instant: one transaction. All of them, unless the controller wants a decision in between.
   * An event that cannot be served is refused, journalled as such, and changes nothing.
   */
  take(events: readonly LoopEvent[]): Taken {
    const [first] = events;
    if (first === undefined) return { effects: [], refusals: [], taken: 0 };
    const { controller } = this.options;
    return this.store.write(() => {
      const entries: JournalEntry[] = [];
      const out = { effects: [] as Effect[], refusals: [] as Diagnostic[] };
      const context = this.context(first.atUs, entries, out);
      controller.readmit(context);
      let taken = 0;
      for (const event of events) {
        if (this.mustWait(event)) break;
        taken += 1;
        entries.push({
          tick: this.tick,
          kind: 'input',
          atUs: event.atUs,
          body: { ...event.fields, type: event.type },
        });
        if (event.type === 'solve') this.forced = true;
        else if (!controller.events.includes(event.type)) {
          context.refuse({
            code: 'loop/unknown-event',
            message: `\`${controller.name}\` takes no event \`${event.type}\``,
            help: didYouMean(event.type, [...controller.events, 'solve']),
          });
        } else this.receive(event, context, entries, out);
      }
      appendJournal(this.store, entries);
      this.store.bumpState();
      return { ...out, taken };
    });
  }

  private mustWait(event: LoopEvent): boolean {
    const { controller } = this.options;
    if (controller.mustWait === undefined || controller.waiting(this.rows).keys.length === 0) return false;
    return controller.mustWait(event, this.rows);
  }

  private receive(
    event: LoopEvent,
    context: ControllerContext,
    entries: JournalEntry[],
    out: { effects: Effect[]; refusals: Diagnostic[] },
  ): void {
    const before = { entries: entries.length, effects: out.effects.length, refusals: out.refusals.length };
    try {
      this.store.savepoint(() => this.options.controller.receive(event, context));
    } catch (error) {
      // A row that the schema does not allow is the event's mistake; anything else is not survivable here.
      if (!(error instanceof StoreError) || !error.code.startsWith('SQLITE_CONSTRAINT')) throw error;
      entries.length = before.entries;
      out.effects.length = before.effects;
      out.refusals.length = before.refusals;
      context.refuse({
        code: 'loop/not-served',
        message: `\`${event.type}\` asks for a row that the schema refuses: ${error.message}`,
      });
    }
  }

  /** Whether a batch is due at this instant, and if not, when to ask again. */
  due(nowUs: number): TriggerAnswer {
    if (this.forced) return { solve: true, dueUs: null };
    const batch = this.options.controller.waiting(this.rows);
    const answer = trigger(this.options.trigger, {
      nowUs,
      waiting: batch.keys.length,
      oldestUs: batch.oldestUs,
      lastSolveUs: this.lastSolveUs,
      dueUs: this.dueUs,
    });
    this.dueUs = answer.dueUs;
    return answer;
  }

  /** Decides what waits: ground, solve, check, write back. One write transaction; repeated while stale. */
  async decide(nowUs: number): Promise<TickResult> {
    const { clock } = this.options;
    const decider = this.layer();
    const stages = new StageClock(clock);
    const done = (result: Decided): TickResult => {
      stages.lap('commit');
      const stageMs = stages.ms;
      return { ...result, solveMs: stageMs.solve, stageMs };
    };
    if (decider.kind === 'direct')
      return done(this.finish(nowUs, () => this.decideDirectly(nowUs, decider, stages)));
    for (let attempt = 0; ; attempt += 1) {
      const result = await this.decideByPolicies(nowUs, decider.checks, attempt < STALE_RETRIES, stages);
      if (result !== null) return done(result);
    }
  }

  /** The second transaction of a tick; `work` gives null where its answer came too late, and the tick goes on. */
  private finish<Result extends Decided | null>(nowUs: number, work: () => Result): Result {
    const result = this.store.write(() => {
      const made = work();
      this.store.bumpState();
      return made;
    });
    if (result === null) return result;
    this.tick += 1;
    this.forced = false;
    const { decider } = this.options;
    if (decider.kind === 'layered') {
      this.ticksSinceSolve = this.ticksSinceSolve >= decider.everyTicks ? 0 : this.ticksSinceSolve + 1;
      this.forced = this.ticksSinceSolve >= decider.everyTicks;
    }
    this.lastSolveUs = nowUs;
    this.dueUs = null;
    return result;
  }

  private async decideByPolicies(
    nowUs: number,
    checks: CompiledPolicies,
    mayRetry: boolean,
    stages: StageClock,
  ): Promise<Decided | null> {
    const { store } = this;
    const { controller, solve, limits, mode } = this.options;
    const batch = controller.waiting(this.rows);
    const reader = timedReader(this.cache, stages);
    let prepared = await withBounds(prepare(store, checks, { reader, cache: this.made }), solve, limits);
    stages.lap('ground');
    const problems = groundErrors(prepared.grounded, checks);
    let report: SolveReport | null = null;
    let leftOut: readonly SqlRecord[] = [];
    let reason = 'no answer within the limit';
    if (problems.length > 0) reason = problems[0]?.message ?? '';
    else {
      report = await solve(prepared.grounded.model, limits);
      const { status } = report.outcome;
      // A batch that no answer was found for in time may be too much as well.
      if (status === 'infeasible' || status === 'unknown') {
        if (report.outcome.status === 'infeasible') {
          reason = await reasonOf(prepared.grounded, report.outcome.blamed, solve, limits);
        }
        if (mode === 'best-effort' && batch.keys.length > 0) {
          const optional = prepare(store, checks, {
            reader,
            optional: { table: batch.table, keys: batch.keys },
          });
          const admission = await admit(optional.grounded, solve, limits);
          if (admission !== null && admission.admitted.length > 0) {
            prepared = optional;
            ({ report, leftOut } = admission);
          }
        }
      }
    }
    stages.lap('solve');
    const { outcome } = report ?? { outcome: { status: 'model_invalid' as const, problems: [] } };
    const before = stages.ms;
    const timing = { ground_us: micros(before.read + before.ground), solve_us: micros(before.solve) };
    const run = {
      tick: this.tick,
      at_us: nowUs,
      backend: report?.backend ?? null,
      policy_digest: checks.digest,
      batch_count: batch.keys.length,
      variable_count: prepared.grounded.model.variables.length,
      constraint_count: prepared.grounded.model.constraints.length,
      ...timing,
    };
    return this.finish(nowUs, (): Decided | null => {
      if (!isCurrent(store, prepared)) {
        assert(mayRetry, 'the state changes faster than it can be solved');
        const body = { status: outcome.status };
        appendJournal(store, [{ tick: this.tick, kind: 'stale', atUs: nowUs, body }]);
        recordSolveRun(store, { ...run, status: 'stale' });
        return null;
      }
      const entries: JournalEntry[] = [];
      const out = { effects: [] as Effect[], refusals: [] as Diagnostic[] };
      const context = this.context(nowUs, entries, out);
      let status: TickResult['status'] = outcome.status;
      let decisions: readonly Decision[] = [];
      for (const { code, message } of problems) context.refuse({ code, message });
      if (outcome.status === 'optimal' || outcome.status === 'feasible') {
        const written = this.writeAnswer(prepared, outcome.values, leftOut, reason, context, checks, stages);
        if (written === null) status = 'fault';
        else decisions = written;
      } else controller.defer(batch.keys, reason, context);
      const changed = changesOf(decisions);
      this.journalOutcome(entries, nowUs, status, changed, batch.keys.length, leftOut.length);
      appendJournal(store, entries);
      stages.lap('commit');
      const levels = outcome.status === 'optimal' || outcome.status === 'feasible' ? outcome.levels : [];
      recordSolveRun(store, {
        ...run,
        status: status === 'fault' ? 'rejected' : status,
        decision_count: changed.length,
        levels: JSON.stringify(levels),
        verify_us: micros(stages.ms.check),
        commit_us: micros(stages.ms.write + stages.ms.commit),
      });
      return {
        tick: this.tick,
        status,
        decisions: changed,
        leftOut: leftOut.length,
        ...out,
      };
    });
  }

  /** Writes an answer, lets SQLite check it and the controller commit it; null when SQLite disagrees. */
  private writeAnswer(
    prepared: Prepared,
    values: readonly number[],
    leftOut: readonly SqlRecord[],
    reason: string,
    context: ControllerContext,
    checks: CompiledPolicies,
    stages: StageClock,
  ): readonly Decision[] | null {
    const { store } = this;
    const { controller, relations } = this.options;
    const { grounded } = prepared;
    const { table, keys, oldestUs } = controller.waiting(this.rows);
    const absent = new Set(leftOut.map((key) => cellRow(table, Object.values(key))));
    const decisions = decisionsOf(grounded, values, absent);
    const { soft } = evaluate(grounded.model, values);
    const faults = this.guarded((): Diagnostic[] => {
      if (leftOut.length > 0) controller.defer(leftOut, reason, context);
      writeDecisions(store, decisions, relations);
      stages.lap('write');
      const source = { kind: 'model', soft: softResults(grounded.model, soft) } as const;
      return engineFaults(store, checks.policies, source, grounded.domains);
    });
    stages.lap('check');
    if (faults.length > 0) {
      for (const { code, message } of faults) context.refuse({ code, message });
      controller.defer(controller.waiting(this.rows).keys, 'an answer failed the check by SQLite', context);
      return null;
    }
    const decided = keys.filter((key) => !absent.has(cellRow(table, Object.values(key))));
    controller.commit(decisions, context, { table, keys: decided, oldestUs });
    this.deferUndecided(context);
    return decisions;
  }

  /** Rows that still wait after their batch was decided would be asked for again at once, for ever. */
  private deferUndecided(context: ControllerContext): void {
    const { controller } = this.options;
    const { keys } = controller.waiting(this.rows);
    if (keys.length > 0) controller.defer(keys, 'the policies decide nothing about it', context);
  }

  /** Runs `work` in a savepoint that is undone when it finds faults, or when SQLite refuses a value. */
  private guarded(work: () => Diagnostic[]): Diagnostic[] {
    let faults: Diagnostic[] = [];
    const undo = new Error('undo');
    try {
      this.store.savepoint(() => {
        faults = work();
        if (faults.length > 0) throw undo;
      });
    } catch (error) {
      if (error instanceof StoreError) {
        return [
          {
            code: 'solve/engine-fault',
            severity: 'error',
            message: `SQLite refuses to store the answer: ${error.message}`,
          },
        ];
      }
      if (error !== undo) throw error;
    }
    return faults;
  }

  private decideDirectly(
    nowUs: number,
    decider: Extract<Layer, { kind: 'direct' }>,
    stages: StageClock,
  ): Decided {
    const { controller, mode } = this.options;
    const entries: JournalEntry[] = [];
    const out = { effects: [] as Effect[], refusals: [] as Diagnostic[] };
    const context = this.context(nowUs, entries, out);
    const batch = controller.waiting(this.rows);
    const whole = this.direct(batch, decider, context);
    const decisions: Decision[] = [...(whole?.decisions ?? [])];
    let gaveUp = whole?.gaveUp ?? false;
    const leftOut: SqlRecord[] = [];
    const reason = `${decider.name} finds no place for it`;
    if (whole === null && mode === 'best-effort') {
      for (const key of batch.keys) {
        const one = this.direct({ ...batch, keys: [key] }, decider, context);
        if (one === null) leftOut.push(key);
        else decisions.push(...one.decisions);
        gaveUp ||= one?.gaveUp ?? false;
      }
    } else if (whole === null) leftOut.push(...batch.keys);
    if (leftOut.length > 0) controller.defer(leftOut, reason, context);
    this.deferUndecided(context);
    const isUnserved = decisions.length === 0 && (gaveUp || leftOut.length > 0);
    const status = isUnserved ? 'infeasible' : 'feasible';
    stages.lap('solve');
    this.journalOutcome(entries, nowUs, status, decisions, batch.keys.length, leftOut.length);
    appendJournal(this.store, entries);
    recordSolveRun(this.store, {
      tick: this.tick,
      at_us: nowUs,
      status,
      backend: decider.name,
      policy_digest: null,
      batch_count: batch.keys.length,
      decision_count: decisions.length,
      solve_us: micros(stages.ms.solve),
    });
    return { tick: this.tick, status, decisions, leftOut: leftOut.length, ...out };
  }

  /**
   * One call of a baseline: its decisions written, checked and committed, or all of it undone (null).
   * `gaveUp`: it took rows out of what waits itself. No change of any cell is an answer, too.
   */
  private direct(
    batch: Batch,
    decider: Extract<Layer, { kind: 'direct' }>,
    context: ControllerContext,
  ): { readonly decisions: readonly Decision[]; readonly gaveUp: boolean } | null {
    const { store } = this;
    const { controller, relations } = this.options;
    const waiting = (): number => controller.waiting(this.rows).keys.length;
    const before = waiting();
    const none = new Error('no decision');
    try {
      return store.savepoint(() => {
        const decisions = decider.decide(batch, context);
        if (decisions === null) throw none;
        const gaveUp = waiting() < before;
        writeDecisions(store, decisions, relations);
        // A baseline decides part of a batch at a time; only what is violated by its own rows can be its fault.
        const isWhole = batch.keys.length === before;
        const checks = isWhole ? this.reading(decider.checks).of(decisions) : [];
        const faults = engineFaults(store, checks, { kind: 'scheduler', name: decider.name }, null);
        if (faults.length > 0) {
          for (const { code, message } of faults) context.refuse({ code, message });
          throw none;
        }
        controller.commit(decisions, context, batch);
        return { decisions, gaveUp };
      });
    } catch (error) {
      if (error === none) return null;
      throw error;
    }
  }

  private reading(checks: CompiledPolicies): PoliciesReading {
    this.readers ??= new PoliciesReading(this.store, checks.policies);
    return this.readers;
  }

  private journalOutcome(
    entries: JournalEntry[],
    atUs: number,
    status: string,
    changed: readonly Decision[],
    batch: number,
    leftOut: number,
  ): void {
    const { tick } = this;
    const bodies = journalBodies(changed, this.options.controller.journalsTogether === true);
    const decisions = bodies.map((body): JournalEntry => ({ tick, kind: 'decision', atUs, body }));
    // Decisions come before the effects they caused.
    entries.unshift(...decisions);
    const { name } = this.layer();
    entries.push({ tick, kind: 'outcome', atUs, body: { status, scheduler: name, batch, leftOut } });
  }
}

const micros = (ms: number): number => Math.max(0, Math.round(ms * 1000));
