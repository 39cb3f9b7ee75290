import type { Diagnostic } from '../base/diagnostic.js';
import { rowText } from '../ground/ground-error.js';
import type { LoweredPolicy } from '../lower/lower.js';
import type { Store } from '../store/store.js';
import type { Domains } from './check-state.js';
import { violationsNow } from './check-state.js';

/** Rows beyond this are not listed per policy. */
const MOST_ROWS = 20;

/** What advisory policies find in the state as written: reported, never a reason to refuse it. */
export function advisoryWarnings(
  store: Store,
  policies: readonly LoweredPolicy[],
  domains: Domains,
): Diagnostic[] {
  return violationsNow(store, policies, MOST_ROWS, domains).map(({ policy, row }) => ({
    code: 'solve/advisory-violated',
    severity: 'warning',
    message: `the answer violates \`${policy.policy.name}\`, which is advisory${rowText(row) === '' ? '' : ` (${rowText(row)})`}`,
    span: policy.policy.statement.name.span,
  }));
}
