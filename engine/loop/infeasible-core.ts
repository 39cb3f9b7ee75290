import type { Clock } from '../base/clock.js';
import { byText } from '../base/order.js';
import { positionAt } from '../base/source.js';
import type { SqlRecord } from '../base/sql-value.js';
import type { Grounded } from '../ground/ground.js';
import type { Model, OriginId, Variable } from '../model/model.js';
import type { CoreBudget, FeasibilityTest } from '../solve/core.js';
import { minimalCore } from '../solve/core.js';
import type { SolveLimits } from '../solve/solver.js';
import type { Solve } from './decide.js';

/** Constraints that cannot hold together, with the rows that clash. */
export interface InfeasibleCore {
  /** True when each constraint and row was shown to be needed. */
  readonly minimal: boolean;
  readonly constraints: readonly {
    readonly name: string;
    readonly file: string;
    readonly line: number;
    /** True for what the schema demands: a table check, a unique key. */
    readonly implied: boolean;
    readonly rows: readonly SqlRecord[];
  }[];
}

/** Wall milliseconds for shrinking a core when the solve itself has no limit. */
const CORE_MS = 5_000;

/** A core by constraint and row, within the solve's own time limit. INVARIANT: grounded without narrowing. */
export async function findCore(
  grounded: Grounded,
  solve: Solve,
  limits: SolveLimits,
  clock: Clock,
): Promise<InfeasibleCore> {
  const budget = { clock, timeMs: limits.timeMs ?? CORE_MS, tests: null };
  const { minimal, origins } = await shrink(grounded, null, solve, limits, budget);
  const byPolicy = new Map<string, OriginId[]>();
  for (const id of origins) {
    const name = grounded.origins[id]?.policy.name ?? '';
    const known = byPolicy.get(name);
    if (known === undefined) byPolicy.set(name, [id]);
    else known.push(id);
  }
  const constraints = [...byPolicy]
    .sort(([a], [b]) => byText(a, b))
    .map(([name, ids]) => {
      const found = ids.map((id) => grounded.origins[id]);
      const span = found[0]?.policy.statement.name.span;
      return {
        name,
        file: span?.source.name ?? '',
        line: span === undefined ? 0 : positionAt(span.source, span.start).line,
        implied: found.some((origin) => origin?.implied === true),
        rows: found.flatMap((origin) =>
          origin === undefined || Object.keys(origin.row).length === 0 ? [] : [origin.row],
        ),
      };
    });
  return { minimal, constraints };
}

/** Why a batch does not fit, in words for those who wait: the policies without any of which it would. */
export async function reasonOf(
  grounded: Grounded,
  blamed: readonly OriginId[] | null,
  solve: Solve,
  limits: SolveLimits,
  clock: Clock,
): Promise<string> {
  const policies = new Set(grounded.origins.map((origin) => origin.policy.name));
  // One test per policy and none per row: those who wait need names, not a proof.
  const budget = { clock, timeMs: null, tests: policies.size };
  const { origins } = await shrink(grounded, blamed, solve, limits, budget);
  const names = [...new Set(origins.map((id) => grounded.origins[id]?.policy.name ?? ''))].sort(byText);
  return names.length === 0 ? 'nothing can be chosen at all' : `does not fit under ${names.join(', ')}`;
}

function shrink(
  grounded: Grounded,
  blamed: readonly OriginId[] | null,
  solve: Solve,
  limits: SolveLimits,
  budget: CoreBudget,
): ReturnType<typeof minimalCore> {
  const numbers = new Map<string, number>();
  const groups = new Map<OriginId, number>();
  grounded.origins.forEach(({ policy }, id) => {
    const number = numbers.get(policy.name) ?? numbers.size;
    numbers.set(policy.name, number);
    groups.set(id, number);
  });
  return minimalCore(grounded.model, feasibility(solve, limits), groups, budget, blamed);
}

/** How far from 0 values are looked for that may be anything; conditions can be switched only over a short way. */
const WINDOWS = [2 ** 7, 2 ** 31];

/**
 * A decision that has lost its bounds with the constraint that gave them may be more than a backend takes.
 * An answer within a window shows that it is feasible all the same; the lack of one shows nothing.
 */
export function feasibility(solve: Solve, limits: SolveLimits): FeasibilityTest {
  return async (model) => {
    const { outcome } = await solve(model, limits);
    if (outcome.status === 'infeasible') return { feasible: false, blamed: outcome.blamed };
    if (outcome.status === 'optimal' || outcome.status === 'feasible')
      return { feasible: true, blamed: null };
    for (const width of isBounded(model) ? [] : WINDOWS) {
      const within = await solve(withinWindow(model, width), limits);
      const found = within.outcome.status === 'optimal' || within.outcome.status === 'feasible';
      if (found) return { feasible: true, blamed: null };
    }
    return { feasible: null, blamed: null };
  };
}

const isBounded = (model: Model): boolean =>
  model.variables.every(({ values, lo, hi }) => values !== null || (lo !== null && hi !== null));

function withinWindow(model: Model, width: number): Model {
  const variables = model.variables.map((variable): Variable => {
    const { values, lo, hi } = variable;
    if (values !== null) return variable;
    return {
      ...variable,
      lo: lo ?? Math.min(-width, (hi ?? 0) - width),
      hi: hi ?? Math.max(width - 1, (lo ?? 0) + width),
    };
  });
  return { ...model, variables };
}
