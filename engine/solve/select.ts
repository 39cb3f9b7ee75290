import type { Clock } from '../base/clock.js';
import { after } from '../base/clock.js';
import { UnsafeIntegerError } from '../base/int.js';
import type { Model } from '../model/model.js';
import { validate } from '../model/validate.js';
import type { Backends } from './backends.js';
import { pruneDominated } from './dominance.js';
import { encodeModel } from './encode.js';
import { constantOutcome } from './mip-backend.js';
import { integerColumnCount } from './mip.js';
import { propagate } from './propagate.js';
import { reduceModel } from './reduce.js';
import { MOST_INTEGER_COLUMNS } from './simplex.js';
import type { Backend, Rejection, SolveLimits, SolveOutcome, SolveReport } from './solver.js';
import { verifyOutcome } from './verify.js';

/** Up to this many integer columns the simplex backend was faster than a first call of HiGHS. */
const TINY = 40;
/** Wall time that a backend gets beyond its limit before it is left behind; its own guard comes first. */
const GRACE_MS = 500;
/** Wall time for a backend without any limit. */
const GUARD_MS = 70_000;
/** What a backend that is not the last one may use of the time that is left. */
const SHARE = 0.5;
/** Time that is left for another backend after one that overran. */
const LEAST_MS = 50;

/** Name in a report of an answer that needed no backend. */
export const PRESOLVE = 'presolve';

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
    const wallMs = limits.timeMs === null ? GUARD_MS : 2 * limits.timeMs + GRACE_MS;
    const cancel = after(wallMs, () => {
      resolve({ status: 'late' });
      // Whatever still runs must not hold up the next solve; its own answer is no longer wanted.
      backend.close().catch(() => undefined);
    });
    const settle = (result: Attempt): void => {
      cancel();
      resolve(result);
    };
    const crashed = (error: unknown): void =>
      settle({ status: 'crashed', detail: error instanceof Error ? error.message : String(error) });
    try {
      backend.solve(model, limits).then(settle, crashed);
    } catch (error) {
      crashed(error);
    }
  });
}

/** What an attempt is rejected for, or null where its outcome stands. */
function rejectionOf(model: Model, result: Attempt): Omit<Rejection, 'backend'> | null {
  switch (result.status) {
    case 'late':
      return { reason: 'late', detail: 'no answer within twice its time' };
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
 * - A model that propagation decides alone is answered by `presolve`, without a backend.
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
  const problems = validate(model);
  const bare = { backend: null, rejections: [] };
  if (problems.length > 0) return { ...bare, outcome: { status: 'model_invalid', problems } };
  const found = propagate(model);
  if (found.kind === 'infeasible') {
    return { ...bare, outcome: { status: 'infeasible', blamed: found.origins }, backend: PRESOLVE };
  }
  const reduced = pruneDominated(reduceModel(model, found));
  const encoding = encodeModel(reduced);
  if (encoding.kind === 'infeasible') {
    return { ...bare, outcome: { status: 'infeasible', blamed: null }, backend: PRESOLVE };
  }
  if (encoding.kind === 'mip' && encoding.mip.columnCount === 0) {
    const outcome = constantOutcome(reduced, encoding);
    const refusal = verifyOutcome(model, outcome);
    if (refusal === null) return { ...bare, outcome, backend: PRESOLVE };
  }
  return new Selection(model, reduced, limits, clock).run(backendOrder(reduced, backends));
}
