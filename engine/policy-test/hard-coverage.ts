import type { BoundPolicy } from '../check/bound.js';
import { subjectQueries } from '../lower/checking-query.js';
import type { Solve } from '../loop/decide.js';
import type { Prepared } from '../loop/decide.js';
import { feasibility } from '../loop/find-core.js';
import type { SolveResult } from '../loop/solve-database.js';
import { violationModel } from '../model/violation.js';
import type { SolveLimits } from '../solve/solver.js';
import type { Store } from '../store/store.js';

/** Whether the answer that the store now holds has a row that the constraint is about, and so lets pass. */
export function passesRows(store: Store, policy: BoundPolicy, { status }: SolveResult): boolean {
  if (status !== 'optimal' && status !== 'feasible') return false;
  return subjectQueries(policy).some(({ sql, domains }) => {
    // Without their domains, decisions that are grouped by make the groups that rows have: none is missed.
    const rows = store.rows(`select 1 from (${sql}) limit 1`, domains ? [null] : []);
    return rows.length > 0;
  });
}

/**
 * Whether the constraint is in the core, or refuses an assignment that everything else allows.
 * False also where no backend could say. INVARIANT: grounded without narrowing.
 */
export async function isHardBinding(
  { model, origins }: Prepared['grounded'],
  name: string,
  { core }: SolveResult,
  solve: Solve,
  limits: SolveLimits,
): Promise<boolean> {
  if (core?.constraints.some((one) => one.name === name) === true) return true;
  const violating = violationModel(model, (id) => {
    const origin = origins[id];
    return origin !== undefined && !origin.implied && origin.policy.name === name;
  });
  if (violating === null) return false;
  return (await feasibility(violating, solve, limits)).kind === 'feasible';
}
