import type { Diagnostic } from '../base/diagnostic.js';
import { isError } from '../base/diagnostic.js';
import type { CompiledPolicies } from '../loop/compile.js';
import { groundErrors, prepare } from '../loop/decide.js';
import { THOROUGH_BUDGET, idlePolicies } from '../loop/idle-policies.js';
import type { Store } from '../store/store.js';

/** What the rows of a database have against policies: values that cannot be taken, and policies that cannot bind. */
export function dataFindings(compiled: CompiledPolicies, store: Store): readonly Diagnostic[] {
  return store.read(() => {
    const { grounded } = prepare(store, compiled, { narrow: false });
    const warnings = grounded.diagnostics.filter((one) => !isError(one));
    const problems = groundErrors(grounded, compiled);
    if (problems.length > 0) return [...warnings, ...problems];
    return [...warnings, ...idlePolicies(grounded, compiled, store, THOROUGH_BUDGET)];
  });
}
