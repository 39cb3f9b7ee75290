import type { Diagnostic } from '../base/diagnostic.js';
import { rowText } from '../ground/ground-error.js';
import type { LoweredPolicy } from '../lower/lower.js';
import type { Store } from '../store/store.js';
import type { Domains } from './check-state.js';
import { softValuesNow, violationsNow } from './check-state.js';

/**
 * Re-checks by SQLite what the model check has accepted, inside the savepoint that holds it.
 * Anything found means that solver and SQLite read a policy differently: a fault of the engine, which must
 * never be committed. `soft` are the values the model claims.
 */
export function engineFaults(
  store: Store,
  policies: readonly LoweredPolicy[],
  soft: readonly { readonly name: string; readonly value: number }[],
  domains: Domains,
): Diagnostic[] {
  const faults = violationsNow(store, policies, 1, domains).map(({ policy, row }): Diagnostic => {
    const { name, statement } = policy.policy;
    return {
      code: 'solve/engine-fault',
      severity: 'error',
      message: `SQLite finds \`${name}\` violated by an answer that the model accepts${rowText(row) === '' ? '' : ` (${rowText(row)})`}`,
      span: statement.name.span,
      help: 'nothing was written; please report this policy and its rows',
    };
  });
  const found = new Map(softValuesNow(store, policies, domains).map(({ name, value }) => [name, value]));
  for (const { name, value } of soft) {
    const actual = found.get(name);
    if (actual === undefined || (actual ?? 0) === value) continue;
    const policy = policies.find((one) => one.policy.name === name || `${one.policy.name}.balance` === name);
    faults.push({
      code: 'solve/engine-fault',
      severity: 'error',
      message: `SQLite values the soft constraint \`${name}\` at ${String(actual)}, the model at ${value}`,
      span: policy?.policy.statement.name.span,
      help: 'nothing was written; please report this policy and its rows',
    });
  }
  return faults;
}
