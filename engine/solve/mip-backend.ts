import { must } from '../base/assert.js';
import type { Clock } from '../base/clock.js';
import { evaluate, isInDomain } from '../model/evaluate.js';
import type { Assignment, Model } from '../model/model.js';
import { columnsOf, decodeColumns, encodeModel } from './encode.js';
import type { Encoding, MipObjective } from './mip.js';
import { levelResult } from './level-result.js';
import type { MipAnswer, MipTask } from './mip-task.js';
import type { Backend, SolveLimits, SolveOutcome } from './solver.js';
import type { SolverWorker, WorkerReply } from './worker.js';

type MipEncoding = Extract<Encoding, { kind: 'mip' }>;

/** What one engine can take and how long it may run when nobody set a limit. */
export interface EngineProfile {
  readonly name: MipTask['engine'];
  /** Why a program is not for this engine, or null. */
  readonly refuses: (encoding: MipEncoding) => string | null;
  /** Wall milliseconds after which a task without a limit of its own is given up. */
  readonly guardMs: number;
}

/** A library that looks at its deadline stops a little after it; only one that does not is killed. */
const GRACE_MS = 250;
const GRACE_SHARE = 0.5;

/** Part of a step by which an answer may miss the optimum and still be it. */
const STEP_SHARE = 0.999;
/** Gap that ends the search where level values are real numbers. */
const REAL_GAP = 1e-9;
/** A kept level of real value may lose this share, so that rounding does not make the next one infeasible. */
const KEPT_SHARE = 1e-7;

/** The hint as an assignment, if it answers the model as it stands. */
function hintedAssignment(model: Model): Assignment | null {
  const values: number[] = [];
  for (const [id, hint] of model.hints.entries()) {
    const variable = must(model.variables[id], 'variable');
    if (hint === null || !isInDomain(variable, hint)) return null;
    values.push(hint);
  }
  try {
    return evaluate(model, values).violated.length === 0 ? values : null;
  } catch {
    // A hint whose sums leave the exact range is simply not used.
    return null;
  }
}

/** Upper bound of a level's value from the bound of its program; exact where values move in steps. */
function levelBound(
  objective: MipObjective,
  proved: number | null,
  value: number,
  optimal: boolean,
): number | null {
  if (proved === null) return null;
  const { constant, scale, step } = objective;
  if (step === null) {
    const bound = (proved + constant) / scale;
    const isNear = Math.abs(bound - value) <= 1e-6 * Math.max(1, Math.abs(value));
    return optimal && isNear ? value : bound;
  }
  const scaledValue = value * scale;
  const slack = Math.max(1e-6, Math.abs(proved) * 1e-9);
  const bound = constant + step * Math.floor((proved + slack) / step);
  const missed = Math.abs(bound - scaledValue);
  // Beyond 1e9 the slack spans steps; the engine's own claim of an optimum then decides.
  if (optimal && missed <= Math.max(slack, 1e-6)) return value;
  return bound / scale;
}

/** What a row must keep so that a level does not fall below `value`. */
function keptValue({ constant, scale, step }: MipObjective, value: number): number {
  if (step !== null) return Math.round(value * scale) - constant;
  const scaled = value * scale - constant;
  return scaled - KEPT_SHARE * Math.max(1, Math.abs(scaled));
}

class LevelSolve {
  private readonly startedMs: number;
  private nodesLeft: number | null;

  constructor(
    private readonly model: Model,
    private readonly encoding: MipEncoding,
    private readonly limits: SolveLimits,
    private readonly profile: EngineProfile,
    private readonly worker: SolverWorker,
    private readonly clock: Clock,
  ) {
    this.startedMs = clock.nowMs();
    // Without a single node HiGHS looks at nothing at all.
    this.nodesLeft = limits.work === null ? null : Math.max(1, limits.work);
  }

  private remainingMs(): number | null {
    if (this.limits.timeMs === null) return null;
    return Math.max(1, this.limits.timeMs - (this.clock.nowMs() - this.startedMs));
  }

  private async run(
    cost: Float64Array,
    objective: MipObjective | null,
    kept: MipTask['kept'],
    start: Float64Array | null,
  ): Promise<WorkerReply> {
    const { mip } = this.encoding;
    const timeMs = this.remainingMs();
    const task: MipTask = {
      engine: this.profile.name,
      mip: { ...mip, objectives: [] },
      cost,
      kept,
      absoluteGap: objective?.step == null ? REAL_GAP : objective.step * STEP_SHARE,
      start,
      timeMs,
      nodes: this.nodesLeft,
      seed: this.limits.seed,
    };
    const wallMs = timeMs === null ? this.profile.guardMs : timeMs + Math.max(GRACE_MS, timeMs * GRACE_SHARE);
    return this.worker.run(task, wallMs);
  }

  async solve(): Promise<SolveOutcome> {
    const { model, encoding } = this;
    const { mip, meanings } = encoding;
    const hinted = hintedAssignment(model);
    // Without an objective every answer is as good as any other, and the hint changes the least.
    if (hinted !== null && mip.objectives.length === 0) return this.finish(hinted, []);
    let start = hinted === null ? null : columnsOf(model, meanings, hinted);
    const kept: { cost: Float64Array; atLeast: number }[] = [];
    const bounds: (number | null)[] = [];
    let best: Assignment | null = null;
    const levels: readonly (MipObjective | null)[] = mip.objectives.length === 0 ? [null] : mip.objectives;
    for (const [index, objective] of levels.entries()) {
      const cost = objective?.cost ?? new Float64Array(mip.columnCount);
      if (best !== null && cost.every((factor) => factor === 0)) {
        bounds.push(this.valueOf(best, index));
        continue;
      }
      const reply = await this.run(cost, objective, kept, start);
      if (reply.kind === 'crashed') throw new Error(`${this.profile.name}: ${reply.detail}`);
      const answer: MipAnswer = reply.kind === 'late' ? { status: 'unknown', limit: 'time' } : reply.answer;
      if (!('columns' in answer)) {
        // The first levels alone would keep another backend from a whole answer.
        if (best !== null && answer.status !== 'declined') break;
        return failureOf(answer, this.profile.name);
      }
      if (this.nodesLeft !== null) this.nodesLeft = Math.max(1, this.nodesLeft - answer.nodes);
      best = decodeColumns(model, encoding.choices, answer.columns);
      if (objective === null) break;
      const value = this.valueOf(best, index);
      if (value === null) break;
      bounds.push(levelBound(objective, answer.bound, value, answer.status === 'optimal'));
      kept.push({ cost: objective.cost, atLeast: keptValue(objective, value) });
      start = this.startFrom(best) ?? answer.columns;
    }
    return this.finish(must(best, 'answer'), bounds);
  }

  private startFrom(values: Assignment): Float64Array | null {
    try {
      if (evaluate(this.model, values).violated.length > 0) return null;
      return columnsOf(this.model, this.encoding.meanings, values);
    } catch {
      // The exact check after the solve reports it.
      return null;
    }
  }

  /** Exact value of one level, or null for an answer that is not in integers. */
  private valueOf(values: Assignment, level: number): number | null {
    try {
      return evaluate(this.model, values).levels[level] ?? null;
    } catch {
      return null;
    }
  }

  private finish(values: Assignment, bounds: readonly (number | null)[]): SolveOutcome {
    const levels = this.model.objectives.map(({ priority }, index) =>
      levelResult(priority, this.valueOf(values, index) ?? NaN, bounds[index] ?? null),
    );
    const proved = levels.every(({ value, bound }) => bound === value);
    return { status: proved ? 'optimal' : 'feasible', values, levels };
  }
}

function failureOf(
  answer: Exclude<MipAnswer, { status: 'optimal' | 'feasible' }>,
  name: string,
): SolveOutcome {
  switch (answer.status) {
    case 'infeasible':
      return { status: 'infeasible', blamed: null };
    case 'unbounded':
      return { status: 'model_invalid', problems: ['an objective can grow without bound'] };
    case 'unknown':
      return { status: 'unknown', limit: answer.limit };
    case 'declined':
      return { status: 'unknown', limit: 'backend', detail: answer.detail };
    case 'failed':
      throw new Error(`${name}: ${answer.detail}`);
  }
}

/** An answer that no engine has to compute: every variable is fixed or free of constraints. */
export function constantOutcome(model: Model, encoding: MipEncoding): SolveOutcome {
  const values = decodeColumns(model, encoding.choices, new Float64Array(0));
  const { levels } = evaluate(model, values);
  return {
    status: 'optimal',
    values,
    levels: model.objectives.map(({ priority }, index) => {
      const value = levels[index] ?? 0;
      return levelResult(priority, value, value);
    }),
  };
}

/** A backend that encodes the model as a mixed-integer program and solves it in the worker, level by level. */
export function mipBackend(profile: EngineProfile, worker: SolverWorker, clock: Clock): Backend {
  return {
    name: profile.name,
    async solve(model, limits): Promise<SolveOutcome> {
      const encoding = encodeModel(model);
      if (encoding.kind === 'infeasible') return { status: 'infeasible', blamed: null };
      if (encoding.kind === 'unsupported') {
        return { status: 'unknown', limit: 'backend', detail: encoding.detail };
      }
      if (encoding.mip.columnCount === 0) return constantOutcome(model, encoding);
      const detail = profile.refuses(encoding);
      if (detail !== null) return { status: 'unknown', limit: 'backend', detail };
      return new LevelSolve(model, encoding, limits, profile, worker, clock).solve();
    },
    close: () => worker.close(),
  };
}
