import type { Diagnostic } from '../base/diagnostic.js';
import { rowText } from '../ground/ground-error.js';
import type { LoweredPolicy } from '../lower/lower.js';
import type { Store } from '../store/store.js';
import type { Domains } from './check-state.js';
import { softValuesNow, violationsNow } from './check-state.js';

/** What the answer comes from: a model, and the soft values it claims, or a scheduler that decides without one. */
export type AnswerSource =
  | { readonly kind: 'model'; readonly soft: readonly { readonly name: string; readonly value: number }[] }
  | { readonly kind: 'scheduler'; readonly name: string };

const HELP = 'nothing was written; please report this policy and its rows';

/**
 * Checks by SQLite an answer that was written, inside the savepoint that holds it.
 * Anything found must never be committed: solver and SQLite read a policy differently, which is a fault of the
 * engine, or a scheduler does not keep to its own rules.
 */
export function engineFaults(
  store: Store,
  policies: readonly LoweredPolicy[],
  source: AnswerSource,
  domains: Domains,
): Diagnostic[] {
  const faults = violationsNow(store, policies, 1, domains).map(({ policy, row }): Diagnostic => {
    const { name, statement } = policy.policy;
    const answer =
      source.kind === 'model' ? 'an answer that the model accepts' : `what \`${source.name}\` decided`;
    const place = rowText(row) === '' ? '' : ` (${rowText(row)})`;
    return {
      code: 'solve/engine-fault',
      severity: 'error',
      message: `SQLite finds \`${name}\` violated by ${answer}${place}`,
      span: statement.name.span,
      help: HELP,
    };
  });
  // A scheduler without a model claims no values.
  return source.kind === 'scheduler' ? faults : [...faults, ...softFaults(store, policies, source, domains)];
}

function softFaults(
  store: Store,
  policies: readonly LoweredPolicy[],
  { soft }: Extract<AnswerSource, { kind: 'model' }>,
  domains: Domains,
): Diagnostic[] {
  const found = new Map(softValuesNow(store, policies, domains).map(({ name, value }) => [name, value]));
  return soft.flatMap(({ name, value }): Diagnostic[] => {
    const actual = found.get(name);
    if (actual === undefined || (actual ?? 0) === value) return [];
    const policy = policies.find((one) => one.policy.name === name || `${one.policy.name}.balance` === name);
    const message = `SQLite values the soft constraint \`${name}\` at ${String(actual)}, the model at ${value}`;
    const span = policy?.policy.statement.name.span;
    return [{ code: 'solve/engine-fault', severity: 'error', message, span, help: HELP }];
  });
}
