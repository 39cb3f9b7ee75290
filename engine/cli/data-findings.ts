import type { Diagnostic } from '../base/diagnostic.js';
import { isError } from '../base/diagnostic.js';
import type { CompiledPolicies } from '../loop/compile.js';
import type { Prepared } from '../loop/decide.js';
import { groundErrors, prepare, withBounds } from '../loop/decide.js';
import { THOROUGH_BUDGET, idlePolicies } from '../loop/idle-policies.js';
import type { Store } from '../store/store.js';
import { withSolver } from './solver-input.js';

/** What the rows of a database have against policies: values that cannot be taken, and policies that cannot bind. */
export async function dataFindings(compiled: CompiledPolicies, store: Store): Promise<readonly Diagnostic[]> {
  const { prepared, idle } = store.read(() => {
    const made = prepare(store, compiled);
    return { prepared: made, idle: idleFor(made, compiled, store) };
  });
  const warnings = prepared.grounded.diagnostics.filter((one) => !isError(one));
  const problems = await problemsOf(prepared, compiled);
  return problems.length > 0 ? [...warnings, ...problems] : [...warnings, ...idle];
}

/** As solving would report them; a solver is asked only where it may find the bounds that are missing. */
async function problemsOf(prepared: Prepared, compiled: CompiledPolicies): Promise<readonly Diagnostic[]> {
  const problems = groundErrors(prepared.grounded, compiled);
  if (!problems.some(({ code }) => code === 'ground/unbounded-decision')) return problems;
  const limits = { timeMs: null, work: null, seed: 1 };
  const bounded = await withSolver('auto', (solve) => withBounds(prepared, solve, limits));
  return groundErrors(bounded.grounded, compiled);
}

/** Asked of a grounding in which no policy has shaped another's rows, where such a one can be made. */
function idleFor({ grounded }: Prepared, compiled: CompiledPolicies, store: Store): readonly Diagnostic[] {
  if (grounded.diagnostics.some(isError)) return [];
  const whole = grounded.shaped ? prepare(store, compiled, { narrow: false }).grounded : grounded;
  const asked = whole.diagnostics.some(isError) ? grounded : whole;
  return idlePolicies(asked, compiled, store, THOROUGH_BUDGET);
}
