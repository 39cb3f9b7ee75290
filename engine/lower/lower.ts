import type { BoundPolicy, BoundSelect } from '../check/bound.js';
import { isGroundTree } from '../check/bound.js';
import { aliasOf, quoteName, render } from '../check/fragment.js';
import { renderGuarded } from './aggregate-sql.js';
import type { CheckingQuery, SoftQuery } from './checking-query.js';
import { checkParts, checkingQueries, groupByText, softQueries } from './checking-query.js';
import { SelectLowerer } from './lower-select.js';
import type { PolicyPlan } from './plan.js';

/** One policy ready for grounding, with the queries that check it afterwards. */
export interface LoweredPolicy {
  readonly policy: BoundPolicy;
  readonly plan: PolicyPlan;
  readonly violations: readonly CheckingQuery[];
  readonly softValues: readonly SoftQuery[];
}

function isGroundSelect(select: BoundSelect): boolean {
  return (
    select.items.every((item) => item.source.kind !== 'derived') &&
    [...select.conditions, ...select.groupBy, ...select.having].every(isGroundTree)
  );
}

/** Compiles a policy once; the result holds no row and serves every later tick. */
export function lowerPolicy(policy: BoundPolicy): LoweredPolicy {
  const { expression } = policy.clause;
  const violations = checkingQueries(policy);
  const softValues = softQueries(policy);
  if (isGroundSelect(policy.select) && isGroundTree(expression)) {
    return { policy, plan: groundPlan(policy), violations, softValues };
  }
  const clause = policy.clause.kind === 'check' ? checkParts(expression) : [expression];
  const lowered = new SelectLowerer(policy.select, clause, null).lower();
  return {
    policy,
    plan: { kind: 'decision', policy, select: lowered.plan, clause: lowered.clause },
    violations,
    softValues,
  };
}

/** The whole policy as one query: key columns, then the value of the clause. */
function groundPlan(policy: BoundPolicy): PolicyPlan {
  const { select, clause } = policy;
  const keys = select.grouped
    ? select.groupBy.map((key) => ({ sql: render(key.sql), name: render(key.sql) }))
    : select.items.flatMap(({ id, name, source }) =>
        source.kind === 'table'
          ? source.relation.identity.map((column) => ({
              sql: `${aliasOf(id)}.${quoteName(column)}`,
              name: `${name}.${column}`,
            }))
          : [],
      );
  const outputs = [...keys.map((key) => key.sql), renderGuarded(clause.expression.sql, null)];
  const from = select.units.map((unit) => render(unit.sql)).join(', ');
  const where = select.conditions.map((one) => `(${render(one.sql)})`).join(' and ');
  const having = select.having.map((one) => `(${renderGuarded(one.sql, null)})`);
  const order = keys.map((_key, i) => String(i + 1)).join(', ');
  const sql = [
    `select ${outputs.join(', ')}`,
    from === '' ? '' : ` from ${from}`,
    where === '' ? '' : ` where ${where}`,
    select.grouped ? groupByText(keys.map((key) => key.sql)) : '',
    having.length === 0 ? '' : ` having ${having.join(' and ')}`,
    order === '' ? '' : ` order by ${order}`,
  ].join('');
  return { kind: 'ground', policy, sql, names: keys.map((key) => key.name) };
}
