import type { Clock } from '../base/clock.js';
import { deadline } from '../base/clock.js';
import { UnsafeIntegerError } from '../base/int.js';
import type { Model } from '../model/model.js';
import { validate } from '../model/validate.js';
import { mayBeAllocation } from './allocation.js';
import type { Backends } from './backends.js';
import { pruneDominated } from './dominance.js';
import { encodeModel } from './encode.js';
import { levelResult } from './level-result.js';
import { constantOutcome } from './mip-backend.js';
import { integerColumnCount } from './mip.js';
import { overloadOf } from './overload.js';
import { propagate } from './propagate.js';
import { reduceModel } from './reduce.js';
import { MOST_INTEGER_COLUMNS } from './simplex.js';
import type { Backend, Rejection, SolveLimits, SolveOutcome, SolveReport } from './solver.js';
import { verifyOutcome } from './verify.js';
import { WATER_FILLING } from './water-filling.js';

/** Up to this many integer columns the simplex backend was faster than a first call of HiGHS. */
const TINY = 40;
/**
 * Moves of a search that looks whether its first places meet their bound, before an exact backend; with a time limit also so
 * many milliseconds and such a share of it at most.
 */
const GLANCE = 500;
const GLANCE_MS = 30;
const GLANCE_SHARE = 0.2;
/** Wall time that a backend gets beyond its limit, or beyond its own guard, before it is left behind. */
const GRACE_MS = 500;
/** Wall time for a backend without any limit. */
const GUARD_MS = 70_000;
/** What a backend that is not the last one may use of the time that is left. */
const SHARE = 0.5;
/** Time that is left for another backend after one that overran. */
const LEAST_MS = 50;

/** Name in a report of an answer that needed no backend. */
export const PRESOLVE = 'presolve';

/** Values of all decisions together from which on a search comes before any proof. */
const LARGE = 4000;
/** Values of the only decision from which on it is quicker to go through them than to encode them. */
const MANY = 64;
/** Columns of an encoded model that an exact backend is asked about after a search, with and without a time limit. */
const PROVABLE = 30_000;
const PROVABLE_UNTIMED = 15_000;
/** A time limit up to this goes to the search alone; of a longer one the search gets a share. */
const SEARCHED_MS = 400;
const SEARCHED_SHARE = 0.4;
/** Most that the search gets before a proof is tried beside it. */
const SEARCHED_MOST_MS = 10_000;
/** Searches side by side where no proof is tried. */
const ABREAST = 2;
/** Values of a model that presolve looks at before a search, and how much less it has to leave for a proof at once. */
const LOOKED_AT = 400_000;
const NARROW = 16;
/** Least time in which a proof is tried, and values that presolve gets through in a millisecond. */
const PROOF_MS = 100;
const PRESOLVED_PER_MS = 5000;

function backendOrder(reduced: Model, backends: Backends): Backend[] {
  const encoding = encodeModel(reduced);
  if (encoding.kind !== 'mip') return [backends.highs];
  const integers = integerColumnCount(encoding.mip);
  if (integers <= TINY) return [backends.simplex, backends.highs];
  if (integers <= MOST_INTEGER_COLUMNS) return [backends.highs, backends.simplex];
  return [backends.highs];
}

type Attempt =
  SolveOutcome | { readonly status: 'late' } | { readonly status: 'crashed'; readonly detail: string };

/** One call of a backend, which may throw, hang or overrun. */
function attempt(backend: Backend, model: Model, limits: SolveLimits): Promise<Attempt> {
  return new Promise((resolve) => {
    let cancel = (): void => undefined;
    const settle = (result: Attempt): void => {
      cancel();
      resolve(result);
    };
    const crashed = (error: unknown): void =>
      settle({ status: 'crashed', detail: error instanceof Error ? error.message : String(error) });
    try {
      backend.solve(model, limits).then(settle, crashed);
      // Begun only now: what the backend does in this thread before it waits is not held against it.
      cancel = deadline(wallMsOf(backend, limits), () => {
        resolve({ status: 'late' });
        // Whatever still runs must not hold up the next solve; its own answer is no longer wanted.
        backend.close().catch(() => undefined);
      });
    } catch (error) {
      crashed(error);
    }
  });
}

/** Wall time after which a backend is left behind. */
function wallMsOf(backend: Backend, { timeMs }: SolveLimits): number {
  const own = backend.guardMs?.(timeMs);
  if (own !== undefined) return own + GRACE_MS;
  return timeMs === null ? GUARD_MS : 2 * timeMs + GRACE_MS;
}

/** What an attempt is rejected for, or null where its outcome stands. */
function rejectionOf(model: Model, result: Attempt): Omit<Rejection, 'backend'> | null {
  switch (result.status) {
    case 'late':
      return { reason: 'late', detail: 'no answer long after its time' };
    case 'crashed':
      return { reason: 'crashed', detail: result.detail };
    case 'unknown':
      if (result.limit === 'backend') return { reason: 'unsupported', detail: result.detail ?? 'not taken' };
      if (result.limit === 'time') return { reason: 'late', detail: 'its time ended before any answer' };
      return null;
    default:
      return verifyOutcome(model, result);
  }
}

class Selection {
  private readonly rejections: Rejection[] = [];
  private readonly startedMs: number;
  /** What is reported if no answer is accepted. */
  private unknown: SolveOutcome = { status: 'unknown', limit: 'backend' };

  constructor(
    private readonly model: Model,
    private readonly reduced: Model,
    private readonly limits: SolveLimits,
    private readonly clock: Clock,
  ) {
    this.startedMs = clock.nowMs();
  }

  private remaining(isLast: boolean): SolveLimits {
    const { timeMs } = this.limits;
    if (timeMs === null) return this.limits;
    const left = Math.max(LEAST_MS, timeMs - (this.clock.nowMs() - this.startedMs));
    return { ...this.limits, timeMs: isLast ? left : left * SHARE };
  }

  async run(order: readonly Backend[]): Promise<SolveReport> {
    let infeasible: { backend: Backend; outcome: SolveOutcome } | null = null;
    for (const [index, backend] of order.entries()) {
      const isLast = index === order.length - 1;
      const result = await attempt(backend, this.reduced, this.remaining(isLast));
      const rejection = rejectionOf(this.model, result);
      if (rejection !== null) {
        this.rejections.push({ backend: backend.name, ...rejection });
        if (result.status === 'unknown') this.unknown = result;
        else if (result.status === 'late') this.unknown = { status: 'unknown', limit: 'time' };
        continue;
      }
      if (result.status === 'late' || result.status === 'crashed') continue;
      if (result.status === 'unknown') {
        this.unknown = result;
        continue;
      }
      if (result.status === 'infeasible' && backend.name === 'simplex' && !isLast) {
        // Nothing in such an answer can be checked, and this library was wrong before: ask the next one too.
        infeasible = { backend, outcome: result };
        continue;
      }
      if (infeasible !== null && 'values' in result) {
        const detail = 'claims infeasible, where another answer passed the exact check';
        this.rejections.push({ backend: infeasible.backend.name, reason: 'wrong', detail });
      }
      return { outcome: result, backend: backend.name, rejections: this.rejections };
    }
    if (infeasible !== null) {
      const { backend, outcome } = infeasible;
      return { outcome, backend: backend.name, rejections: this.rejections };
    }
    return { outcome: this.unknown, backend: null, rejections: this.rejections };
  }
}

/**
 * Solves a model: structure check, propagation, exact pruning, then one backend after the other until an
 * answer passes the exact check on the model as given.
 *
 * - `optimal` and `infeasible` hold for the whole model; nothing unproved is left out before a backend.
 * - A model that propagation decides alone is answered by `presolve`, without a backend; one that only hands out
 *   sums from pools by `water-filling`.
 * - Backends that are wrong, fractional, late, crash or cannot take the model are listed in `rejections`.
 * - A model whose sums leave 2^53 whatever is chosen is `model_invalid`.
 * - With `limits.timeMs` null nothing depends on the clock but the guard against a backend that hangs.
 */
export async function solveModel(
  model: Model,
  limits: SolveLimits,
  backends: Backends,
  clock: Clock,
): Promise<SolveReport> {
  try {
    return await solveValid(model, limits, backends, clock);
  } catch (error) {
    if (!(error instanceof UnsafeIntegerError)) throw error;
    const outcome = { status: 'model_invalid', problems: [error.message] } as const;
    return { outcome, backend: null, rejections: [] };
  }
}

async function solveValid(
  model: Model,
  limits: SolveLimits,
  backends: Backends,
  clock: Clock,
): Promise<SolveReport> {
  const startedMs = limits.timeMs === null ? 0 : clock.nowMs();
  const problems = validate(model);
  const bare = { backend: null, rejections: [] };
  if (problems.length > 0) return { ...bare, outcome: { status: 'model_invalid', problems } };
  const overload = overloadOf(model);
  if (overload !== null) {
    return { ...bare, outcome: { status: 'infeasible', blamed: overload }, backend: PRESOLVE };
  }
  const closed = backends.closedForm === undefined ? null : closedAnswer(model, backends.closedForm);
  if (closed !== null && closed.outcome.status !== 'unknown') return closed;
  const report = await solveOpen(model, limits, backends, clock, startedMs);
  return closed === null ? report : { ...report, rejections: [...closed.rejections, ...report.rejections] };
}

/** Search or proof, by the size of the model. */
async function solveOpen(
  model: Model,
  limits: SolveLimits,
  backends: Backends,
  clock: Clock,
  startedMs: number,
): Promise<SolveReport> {
  if (backends.search === undefined || !isForSearch(model)) {
    const report = await solveExactly(model, limits, backends, clock);
    const isOpen = report.outcome.status === 'unknown' && limits.signal?.aborted !== true;
    if (!isOpen || backends.search === undefined) return report;
    const found = await searched(
      model,
      { ...limits, timeMs: limits.timeMs === null ? null : LEAST_MS },
      backends.search,
    );
    return found.outcome.status === 'unknown'
      ? report
      : { ...found, rejections: [...report.rejections, ...found.rejections] };
  }
  if (mayBeNarrow(model, limits)) {
    const reduced = reducedOf(model);
    if (reduced.kind === 'infeasible') return { outcome: reduced.outcome, backend: PRESOLVE, rejections: [] };
    if (valueCount(reduced.model) * NARROW <= valueCount(model) && valueCount(reduced.model) < LARGE)
      return solveExactly(model, limits, backends, clock);
  }
  return new Portfolio(model, limits, backends, backends.search, clock, startedMs).run();
}

/** True where it is worth a look whether constraints leave little of what the schema allows. */
function mayBeNarrow(model: Model, { timeMs }: SolveLimits): boolean {
  const count = valueCount(model);
  // A single decision is quicker to go through.
  return (timeMs === null || timeMs > SEARCHED_MS) && count >= LARGE && count <= LOOKED_AT;
}

/** Large models, and those with one decision whose values are soon gone through. */
function isForSearch(model: Model): boolean {
  const count = valueCount(model);
  if (count >= LARGE) return true;
  const open = model.variables.filter(({ values }) => values === null || values.length > 1);
  return open.length === 1 && count >= MANY;
}

/** Values that decisions may have, all together; those without a list count as one each. */
function valueCount({ variables }: Model): number {
  return variables.reduce((sum, { values }) => sum + (values?.length ?? 1), 0);
}

/** A search's answer after its exact check. */
async function searched(model: Model, limits: SolveLimits, backend: Backend): Promise<SolveReport> {
  const result = await attempt(backend, model, limits);
  const rejection = rejectionOf(model, result);
  if (rejection !== null || result.status === 'late' || result.status === 'crashed') {
    const rejections = rejection === null ? [] : [{ backend: backend.name, ...rejection }];
    const outcome = result.status === 'unknown' ? result : ({ status: 'unknown', limit: 'backend' } as const);
    return { outcome, backend: null, rejections };
  }
  return { outcome: result, backend: backend.name, rejections: [] };
}

/** Search first, then a proof with what it found as the start, as far as time and size allow. */
class Portfolio {
  constructor(
    private readonly model: Model,
    private readonly limits: SolveLimits,
    private readonly backends: Backends,
    private readonly search: Backend,
    private readonly clock: Clock,
    /** When the solve began, as far as there is a time limit. */
    private readonly startedMs: number,
  ) {}

  private left(): number | null {
    const { timeMs } = this.limits;
    return timeMs === null ? null : timeMs - (this.clock.nowMs() - this.startedMs);
  }

  async run(): Promise<SolveReport> {
    const { model, limits } = this;
    const { timeMs } = limits;
    const isAlone = timeMs !== null && timeMs <= SEARCHED_MS;
    const untilMs = this.left();
    const first = await searched(
      model,
      {
        ...limits,
        timeMs:
          untilMs === null || timeMs === null
            ? null
            : isAlone
              ? Math.max(1, untilMs)
              : Math.min(SEARCHED_MOST_MS, SEARCHED_SHARE * timeMs),
        impatient: !isAlone,
      },
      this.search,
    );
    if (first.outcome.status === 'optimal' || limits.signal?.aborted === true) return first;
    const found = first.outcome.status === 'feasible' ? first.outcome : null;
    const left = this.left();
    if (found !== null && left !== null && left < PROOF_MS + valueCount(model) / PRESOLVED_PER_MS)
      return first;
    const program = reducedOf(model);
    if (program.kind === 'infeasible') {
      return { outcome: program.outcome, backend: PRESOLVE, rejections: first.rejections };
    }
    const columns = valueCount(program.model);
    if (columns > (left === null ? PROVABLE_UNTIMED : PROVABLE)) {
      return left === null ? first : this.again(first, ABREAST);
    }
    const hinted = found === null ? program.model : { ...program.model, hints: found.values };
    const still = this.left();
    const exactly = new Selection(
      model,
      hinted,
      { ...limits, timeMs: still === null ? null : Math.max(LEAST_MS, still) },
      this.clock,
    ).run(backendOrder(hinted, this.backends));
    if (still === null) {
      const exact = await exactly;
      const rejections = [...first.rejections, ...exact.rejections];
      if (exact.outcome.status === 'unknown') return { ...first, rejections };
      return found === null ? { ...exact, rejections } : { ...better(first, exact), rejections };
    }
    // A proof may take for ever, so that the search goes on beside it.
    const stop = new AbortController();
    const further = this.again(first, 1, stop.signal);
    const exact = await exactly;
    const { status } = exact.outcome;
    const isProved = status === 'optimal' || (status === 'infeasible' && found === null);
    if (isProved) stop.abort();
    const best = await further;
    const rejections = [...best.rejections, ...exact.rejections];
    if (isProved) return { ...exact, rejections };
    if (status === 'feasible' && best.outcome.status === 'unknown') return { ...exact, rejections };
    return { ...(status === 'feasible' ? better(best, exact) : best), rejections };
  }

  /** Searches on from what was found for what is left of the time, or until `stop`. */
  private async again(first: SolveReport, abreast: number, stop?: AbortSignal): Promise<SolveReport> {
    const left = this.left();
    if (left === null || left < LEAST_MS) return first;
    const { model, limits } = this;
    const found = first.outcome.status === 'feasible' ? first.outcome : null;
    const signals = [limits.signal, stop].filter((one) => one !== undefined);
    const signal = signals.length > 1 ? AbortSignal.any(signals) : signals[0];
    const second = await searched(
      found === null ? model : { ...model, hints: found.values },
      {
        ...limits,
        timeMs: left,
        seed: limits.seed + 1,
        abreast,
        ...(signal === undefined ? {} : { signal }),
      },
      this.search,
    );
    const rejections = [...first.rejections, ...second.rejections];
    if (second.outcome.status === 'unknown' || second.outcome.status === 'model_invalid')
      return { ...first, rejections };
    return { ...better(first, second), rejections };
  }
}

/** The better of a search's answer and what an exact backend made of it, with the bound of the latter. */
function better(first: SolveReport, exact: SolveReport): SolveReport {
  const found = first.outcome;
  const { outcome } = exact;
  if (outcome.status === 'optimal' || found.status !== 'feasible') return exact;
  if (outcome.status !== 'feasible') return first;
  for (const [i, level] of outcome.levels.entries()) {
    const own = found.levels[i]?.value ?? -Infinity;
    if (level.value > own) return exact;
    if (level.value < own) {
      // Only the bound of a level whose earlier ones are alike is one for the other answer, too.
      const levels = found.levels.map(({ priority, value, bound }, at) =>
        levelResult(priority, value, at <= i ? least(bound, outcome.levels[at]?.bound ?? null) : bound),
      );
      return { ...first, outcome: { ...found, levels } };
    }
  }
  return exact;
}

/** The tighter of two bounds. */
function least(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}

type Reduced =
  | { readonly kind: 'model'; readonly model: Model }
  | { readonly kind: 'infeasible'; readonly outcome: SolveOutcome };

/** A model after propagation, or what this has found out. */
function narrowedOf(model: Model): Reduced {
  const found = propagate(model);
  if (found.kind === 'infeasible') {
    return { kind: 'infeasible', outcome: { status: 'infeasible', blamed: found.origins } };
  }
  return { kind: 'model', model: reduceModel(model, found) };
}

/** A model after propagation and pruning, or what these have found out. */
function reducedOf(model: Model): Reduced {
  const narrowed = narrowedOf(model);
  return narrowed.kind === 'model' ? { kind: 'model', model: pruneDominated(narrowed.model) } : narrowed;
}

/** The answer of the closed form, or null where the model is not of its kind. */
function closedAnswer(model: Model, closedForm: NonNullable<Backends['closedForm']>): SolveReport | null {
  if (!mayBeAllocation(model)) return null;
  const narrowed = narrowedOf(model);
  if (narrowed.kind === 'infeasible') return { outcome: narrowed.outcome, backend: PRESOLVE, rejections: [] };
  const outcome = closedForm(narrowed.model);
  if (outcome === null) return null;
  const refusal = verifyOutcome(model, outcome);
  if (refusal === null) return { outcome, backend: WATER_FILLING, rejections: [] };
  const rejections = [{ backend: WATER_FILLING, ...refusal }];
  return { outcome: { status: 'unknown', limit: 'backend' }, backend: null, rejections };
}

async function solveExactly(
  model: Model,
  limits: SolveLimits,
  backends: Backends,
  clock: Clock,
): Promise<SolveReport> {
  const bare = { backend: null, rejections: [] };
  const program = reducedOf(model);
  if (program.kind === 'infeasible') return { ...bare, outcome: program.outcome, backend: PRESOLVE };
  const reduced = program.model;
  const encoding = encodeModel(reduced);
  if (encoding.kind === 'infeasible') {
    return { ...bare, outcome: { status: 'infeasible', blamed: null }, backend: PRESOLVE };
  }
  if (encoding.kind === 'mip' && encoding.mip.columnCount === 0) {
    const outcome = constantOutcome(reduced, encoding);
    const refusal = verifyOutcome(model, outcome);
    if (refusal === null) return { ...bare, outcome, backend: PRESOLVE };
  }
  const order = backendOrder(reduced, backends);
  if (backends.search === undefined || order[0]?.name !== 'highs')
    return new Selection(model, reduced, limits, clock).run(order);
  const { timeMs } = limits;
  const startedMs = timeMs === null ? 0 : clock.nowMs();
  const glance = timeMs === null ? null : Math.max(1, Math.min(GLANCE_MS, GLANCE_SHARE * timeMs));
  const found = await searched(
    reduced,
    { ...limits, timeMs: glance, moves: GLANCE, impatient: true },
    backends.search,
  );
  if (found.outcome.status === 'optimal' && verifyOutcome(model, found.outcome) === null) return found;
  const left = timeMs === null ? null : Math.max(1, timeMs - (clock.nowMs() - startedMs));
  return new Selection(model, reduced, { ...limits, timeMs: left }, clock).run(order);
}
