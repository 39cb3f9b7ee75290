import { byText } from '../base/order.js';
import type { Model, OriginId } from '../model/model.js';
import type { Feasibility, SolveFor } from '../solve/feasibility.js';
import { feasibilityOf } from '../solve/feasibility.js';
import { shrink } from '../solve/shrink.js';
import type { SolveLimits } from '../solve/solver.js';
import type { Grounded } from '../ground/ground.js';
import { clashingDemands } from './core-demands.js';
import { fixesOf } from './core-fixes.js';
import type { CoreFound } from './core-report.js';
import { emptyDomainCore, reportCore } from './core-report.js';
import { clashingRows } from './core-rows.js';
import type { CoreSearch } from './core-search.js';
import type { Solve } from './decide.js';

/**
 * The core of a grounding that was found to be infeasible, first by constraint, then by row; null where the search
 * meets an assignment that satisfies everything, so that the claim was wrong. `blamed` are origins a proof names.
 * `withFixes` asks in the time that is left what would fix it.
 */
export async function findCore(
  search: CoreSearch,
  blamed: readonly OriginId[] | null,
  withFixes: boolean,
): Promise<CoreFound | null> {
  const empty = emptyDomainCore(search.prepared.grounded);
  if (empty !== null) return empty;
  const found = await clashingDemands(search, blamed);
  if (found.kind === 'refuted') return null;
  const { clash } = found;
  const rows = clash.grounded === null ? null : await clashingRows(search, clash.grounded, clash.demands);
  const left = search.timeLeft();
  const isOver = left !== null && left <= 0;
  const fixes = withFixes && !isOver ? await fixesOf(search, clash.demands, rows?.parts ?? []) : [];
  return reportCore(search, clash, rows, isOver, fixes);
}

/** Whether the constraints of a model have an answer, also where decisions have lost their bounds. */
export function feasibility(model: Model, solve: Solve, limits: SolveLimits): Promise<Feasibility> {
  const solveFor: SolveFor = async (part, timeMs) => (await solve(part, { ...limits, timeMs })).outcome;
  return feasibilityOf(model, model.constraints, solveFor, () => limits.timeMs);
}

/** Why a batch does not fit, in words for those who wait: the policies without any of which it would. */
export async function reasonOf(
  grounded: Grounded,
  blamed: readonly OriginId[] | null,
  solve: Solve,
  limits: SolveLimits,
): Promise<string> {
  const { model, origins } = grounded;
  const names = [...new Set(origins.map((origin) => origin.policy.name))];
  const indexOf = new Map(names.map((name, i) => [name, i]));
  const policyOf = (id: OriginId): number => indexOf.get(origins[id]?.policy.name ?? '') ?? 0;
  const all = new Set((blamed ?? model.constraints.map(({ origin }) => origin)).map(policyOf));
  const { kept } = await shrink(
    [...all].sort((a, b) => a - b),
    async (rest) => {
      const constraints = model.constraints.filter(({ origin }) => rest.has(policyOf(origin)));
      const found = await feasibility({ ...model, constraints }, solve, limits);
      const feasible = found.kind === 'unknown' ? null : found.kind === 'feasible';
      const sufficient = found.kind === 'infeasible' ? (found.blamed?.map(policyOf) ?? null) : null;
      return { feasible, sufficient, needed: [] };
    },
    // No test per row, and never more than one per policy: those who wait need names, not a proof.
    { clock: { nowMs: () => 0 }, untilMs: null, tests: names.length },
  );
  const told = kept.map((policy) => names[policy] ?? '').sort(byText);
  return told.length === 0 ? 'nothing can be chosen at all' : `does not fit under ${told.join(', ')}`;
}
