import { must } from '../engine/base/assert.js';
import type { Clock } from '../engine/base/clock.js';
import type { Model } from '../engine/model/model.js';
import { validate } from '../engine/model/validate.js';
import { createBackends } from '../engine/solve/backends.js';
import type { Backends } from '../engine/solve/backends.js';
import { pruneDominated } from '../engine/solve/dominance.js';
import { encodeModel } from '../engine/solve/encode.js';
import { integerColumnCount } from '../engine/solve/mip.js';
import { propagate } from '../engine/solve/propagate.js';
import { reduceModel } from '../engine/solve/reduce.js';
import { solveModel } from '../engine/solve/select.js';
import { MOST_INTEGER_COLUMNS } from '../engine/solve/simplex.js';
import type { SolveLimits, SolveOutcome } from '../engine/solve/solver.js';
import { verifyOutcome } from '../engine/solve/verify.js';
import type { Bench, BenchContext, Row, Table } from './bench.js';
import type { Repetition, Timing } from './measure.js';
import { measureAsync, repetition, timesOf } from './measure.js';
import type { P1Options } from './p1-model.js';
import { p1Model } from './p1-model.js';

interface Size extends Omit<P1Options, 'seed'> {
  readonly seeds: readonly number[];
}

const SMOKE_SIZES: readonly Size[] = [
  { requests: 5, hosts: 3, kind: 'loose', seeds: [1] },
  { requests: 8, hosts: 20, kind: 'loose', seeds: [1] },
];

const SIZES: readonly Size[] = [
  { requests: 5, hosts: 3, kind: 'loose', seeds: [1, 2, 3] },
  { requests: 10, hosts: 3, kind: 'loose', seeds: [1, 2, 3] },
  { requests: 10, hosts: 60, kind: 'loose', seeds: [1, 2, 3] },
  { requests: 20, hosts: 6, kind: 'loose', seeds: [1, 2, 3] },
  { requests: 20, hosts: 6, kind: 'tight', seeds: [1] },
  { requests: 50, hosts: 16, kind: 'loose', seeds: [1, 2, 3] },
  { requests: 50, hosts: 16, kind: 'tight', seeds: [1] },
  { requests: 50, hosts: 100, kind: 'loose', seeds: [1, 2, 3] },
  { requests: 50, hosts: 1000, kind: 'loose', seeds: [1, 2] },
  { requests: 50, hosts: 10_000, kind: 'loose', seeds: [1] },
];

/** Wall time of one solve. */
const LIMIT_MS = 10_000;
/** Programs up to this many columns are also solved without pruning, and again by hand. */
const SMALL_COLUMNS = 10_000;

/** Model to checked answer: placements of seeded requests on seeded hosts. */
export const solve: Bench = {
  name: 'solve',
  async run(context) {
    const backends = createBackends();
    try {
      // The first solve starts the thread and loads the solver; that is told apart.
      const cold = await coldTable(context, backends);
      const instances = (context.smoke ? SMOKE_SIZES : SIZES).flatMap(({ seeds, ...size }) =>
        seeds.map((seed): P1Options => ({ ...size, seed })),
      );
      const whole: Row[] = [];
      const stages: Row[] = [];
      const pruning: Row[] = [];
      const backendRows: Row[] = [];
      for (const options of instances) {
        context.note(`${nameOf(options)} seed ${options.seed}`);
        const instance = new Instance(options, context, backends);
        whole.push(await instance.whole());
        stages.push(await instance.stages());
        if (instance.isSmall) pruning.push(await instance.pruning());
        if (instance.isForBoth) backendRows.push(await instance.bothBackends());
      }
      return [
        cold,
        {
          name: 'whole',
          title: `solveModel on P1: to a proved optimum, or to the limit of ${LIMIT_MS / 1000} s`,
          rows: whole,
        },
        { name: 'stages', title: 'Where one solve of these spends its time, milliseconds', rows: stages },
        {
          name: 'pruning',
          title: `The same by highs with and without dominance (up to ${SMALL_COLUMNS} columns)`,
          rows: pruning,
        },
        {
          name: 'backends',
          title: `simplex beside highs, where both take it (up to ${MOST_INTEGER_COLUMNS} integer columns)`,
          rows: backendRows,
        },
      ];
    } finally {
      await backends.highs.close();
    }
  },
};

function nameOf({ requests, hosts, kind }: Omit<P1Options, 'seed'>): string {
  return `${requests}x${hosts}${kind === 'tight' ? ' tight' : ''}`;
}

const LIMITS: SolveLimits = { timeMs: LIMIT_MS, work: null, seed: 1 };

async function coldTable({ clock, note }: BenchContext, backends: Backends): Promise<Table> {
  note('first calls');
  const model = p1Model({ requests: 8, hosts: 4, kind: 'loose', seed: 1 });
  const rows: Row[] = [];
  for (const call of [1, 2, 3]) {
    const started = clock.nowMs();
    const { outcome } = await solveModel(model, LIMITS, { ...backends, simplex: backends.highs }, clock);
    rows.push({ call, status: outcome.status, wall_ms: clock.nowMs() - started });
  }
  return {
    name: 'first_calls',
    title: 'The first calls of highs on 8x4, thread start and WASM included',
    rows,
  };
}

/** One P1 model and what is measured of it. */
class Instance {
  private readonly before: ProgramSize;
  private readonly after: ProgramSize;
  private readonly model: Model;
  private readonly unpruned: Model;
  private readonly pruned: Model;
  private readonly clock: Clock;
  private readonly repeat: Repetition;

  constructor(
    private readonly options: P1Options,
    { smoke, clock }: BenchContext,
    private readonly backends: Backends,
  ) {
    this.clock = clock;
    this.repeat = { ...repetition(smoke), most: smoke ? 2 : 30 };
    this.model = p1Model(options);
    const found = propagate(this.model);
    if (found.kind === 'infeasible') throw new Error(`${nameOf(options)}: propagation finds no solution`);
    this.unpruned = reduceModel(this.model, found);
    this.pruned = pruneDominated(this.unpruned);
    this.before = sizeOf(this.unpruned);
    this.after = sizeOf(this.pruned);
  }

  /** Small enough to be solved without dominance, too. */
  get isSmall(): boolean {
    return this.before.columns !== null && this.before.columns <= SMALL_COLUMNS;
  }

  /** Small enough for simplex. */
  get isForBoth(): boolean {
    return this.after.integers !== null && this.after.integers <= MOST_INTEGER_COLUMNS;
  }

  private get id(): Row {
    return { instance: nameOf(this.options), seed: this.options.seed };
  }

  async whole(): Promise<Row> {
    const { timing, last } = await measureAsync(this.clock, this.repeat, () =>
      solveModel(this.model, LIMITS, this.backends, this.clock),
    );
    return {
      ...this.id,
      ...answerOf(last.outcome),
      backend: last.backend,
      rejected: last.rejections.length,
      ...timesOf(timing),
      columns_all: this.before.columns,
      columns: this.after.columns,
      rows: this.after.rows,
    };
  }

  /** The steps of solveModel one by one; the check of the answer is the last one. */
  async stages(): Promise<Row> {
    const times: number[] = [];
    let started = this.clock.nowMs();
    const lap = (): void => {
      const now = this.clock.nowMs();
      times.push(now - started);
      started = now;
    };
    validate(this.model);
    lap();
    const found = propagate(this.model);
    lap();
    if (found.kind === 'infeasible') throw new Error('propagation changed its mind');
    const reduced = reduceModel(this.model, found);
    lap();
    const pruned = pruneDominated(reduced);
    lap();
    encodeModel(pruned);
    lap();
    const outcome = await this.backends.highs.solve(pruned, LIMITS);
    lap();
    // A first check makes what later ones find made; five of them stand for one.
    for (let round = 0; round < CHECKS; round += 1) accept(this.model, outcome);
    lap();
    const [
      validateMs = 0,
      propagateMs = 0,
      reduceMs = 0,
      pruneMs = 0,
      encodeMs = 0,
      backendMs = 0,
      checks = 0,
    ] = times;
    const verifyMs = checks / CHECKS;
    const total = validateMs + propagateMs + reduceMs + pruneMs + encodeMs + backendMs + verifyMs;
    return {
      ...this.id,
      validate_ms: validateMs,
      propagate_ms: propagateMs,
      reduce_ms: reduceMs,
      prune_ms: pruneMs,
      encode_ms: encodeMs,
      backend_ms: backendMs,
      verify_ms: verifyMs,
      verify_share: verifyMs / total,
    };
  }

  async pruning(): Promise<Row> {
    const { highs } = this.backends;
    const run = async (model: Model): Promise<{ timing: Timing; last: SolveOutcome }> =>
      measureAsync(this.clock, this.repeat, async () => {
        // A copy, because the program of a model is kept with it.
        const outcome = await highs.solve({ ...model }, LIMITS);
        accept(this.model, outcome);
        return outcome;
      });
    const without = await run(this.unpruned);
    const pruned = await run(this.pruned);
    return {
      ...this.id,
      columns_all: this.before.columns,
      columns: this.after.columns,
      without_status: without.last.status,
      without_ms: without.timing.medianMs,
      status: pruned.last.status,
      ...timesOf(pruned.timing),
      ratio: without.timing.medianMs / pruned.timing.medianMs,
    };
  }

  async bothBackends(): Promise<Row> {
    const { simplex, highs } = this.backends;
    const times: Record<string, number | string> = {};
    for (const backend of [simplex, highs]) {
      const { timing, last } = await measureAsync(this.clock, this.repeat, async () => {
        const outcome = await backend.solve({ ...this.pruned }, LIMITS);
        accept(this.model, outcome);
        return outcome;
      });
      times[`${backend.name}_status`] = last.status;
      times[`${backend.name}_ms`] = timing.medianMs;
      times[`${backend.name}_p95_ms`] = timing.p95Ms;
    }
    return { ...this.id, integer_columns: this.after.integers, ...times };
  }
}

/** Checks of one answer, for a time that a clock can read. */
const CHECKS = 5;

/** Size of a model's program; nulls where the encoder refuses it as too large. */
interface ProgramSize {
  readonly columns: number | null;
  readonly rows: number | null;
  readonly integers: number | null;
}

function sizeOf(model: Model): ProgramSize {
  const encoding = encodeModel(model);
  if (encoding.kind !== 'mip') return { columns: null, rows: null, integers: null };
  const { mip } = encoding;
  return { columns: mip.columnCount, rows: mip.rowCount, integers: integerColumnCount(mip) };
}

/** A bench of wrong answers would be worthless. */
function accept(model: Model, outcome: SolveOutcome): void {
  const refusal = verifyOutcome(model, outcome);
  if (refusal !== null) throw new Error(`an answer failed the check: ${refusal.detail}`);
}

function answerOf(outcome: SolveOutcome): Row {
  if (outcome.status !== 'optimal' && outcome.status !== 'feasible') {
    return { status: outcome.status, value: null, gap_percent: null };
  }
  const { value, gap } = must(outcome.levels[0], 'the level');
  return { status: outcome.status, value, gap_percent: gap === null ? null : 100 * gap };
}
