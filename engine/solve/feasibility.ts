import type { Assignment, Constraint, Model, OriginId, Variable } from '../model/model.js';
import { searchExactly } from './exact-search.js';
import { withLinearBounds } from './linear-bounds.js';
import type { SolveOutcome, SolveReport } from './solver.js';
import { submodelOf } from './submodel.js';

/** Whether some constraints have an answer. */
export type Feasibility =
  | { readonly kind: 'feasible'; readonly values: Assignment }
  /** `blamed` are origins that suffice, or null where no proof names any. */
  | { readonly kind: 'infeasible'; readonly blamed: readonly OriginId[] | null }
  /** Nobody could say. */
  | { readonly kind: 'unknown' };

/** Solves a model; `timeMs` as in SolveLimits. */
export type SolveFor = (model: Model, timeMs: number | null) => Promise<SolveOutcome>;

/** Milliseconds that may still be spent, or null for no limit. */
export type TimeLeft = () => number | null;

/** What an exact search may look at: some ten milliseconds. */
const EXACT_BUDGET = 100_000;

/** How far from 0 values are looked for that may be anything; conditions can be switched only over a short way. */
const WINDOWS = [2 ** 7, 2 ** 16, 2 ** 31];

/**
 * Whether some constraints of a model have an answer; nothing that they do not read is looked at.
 *
 * A decision that has lost its bounds with the constraint that gave them may be more than a backend takes.
 * An answer within a window shows that it is feasible all the same; the lack of one shows nothing.
 */
export async function feasibilityOf(
  model: Model,
  constraints: readonly Constraint[],
  solve: SolveFor,
  timeLeft: TimeLeft,
): Promise<Feasibility> {
  const { model: part, expand } = submodelOf(model, constraints);
  // No backend has to be believed where all values can be gone through.
  const searched = searchExactly(part, EXACT_BUDGET);
  if (searched.kind === 'feasible') return { kind: 'feasible', values: expand(searched.values) };
  if (searched.kind === 'infeasible') return searched;
  const first = knownOf(await solve(part, timeLeft()), expand);
  if (first.kind !== 'unknown' || isBounded(part)) return first;
  const report = async (asked: Model): Promise<SolveReport> => ({
    outcome: await solve(asked, timeLeft()),
    backend: null,
    rejections: [],
  });
  const bounded = await withLinearBounds(part, report);
  if (bounded !== part) {
    const second = knownOf(await solve(bounded, timeLeft()), expand);
    // The bounds come from all the constraints together.
    if (second.kind === 'infeasible') return { kind: 'infeasible', blamed: null };
    if (second.kind === 'feasible') return second;
  }
  for (const width of WINDOWS) {
    const left = timeLeft();
    if (left !== null && left <= 0) break;
    const within = knownOf(await solve(withinWindow(part, width), left), expand);
    if (within.kind === 'feasible') return within;
  }
  return { kind: 'unknown' };
}

function knownOf(outcome: SolveOutcome, expand: (values: Assignment) => Assignment): Feasibility {
  switch (outcome.status) {
    case 'optimal':
    case 'feasible':
      return { kind: 'feasible', values: expand(outcome.values) };
    case 'infeasible':
      return { kind: 'infeasible', blamed: outcome.blamed };
    case 'unknown':
    case 'model_invalid':
      return { kind: 'unknown' };
  }
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
