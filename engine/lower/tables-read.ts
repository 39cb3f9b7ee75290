import type { Relation } from '../catalog/catalog.js';
import type { PolicyPlan, QueryComponent, Residual, SelectPlan } from './plan.js';
import { residualParts } from './residual-parts.js';

/** Every base table that a plan's queries read, at any depth. */
function visitTables(plan: SelectPlan, visit: (table: QueryComponent['tables'][number]) => void): void {
  for (const component of plan.components) {
    if (component.kind === 'derived') visitTables(component.plan, visit);
    else component.tables.forEach(visit);
  }
  const nested = (residual: Residual): void => {
    if ('plan' in residual) visitTables(residual.plan, visit);
    residualParts(residual).forEach(nested);
  };
  for (const part of [...plan.groupBy, ...plan.conditions, ...plan.having, ...plan.outputs]) nested(part);
}

/** Tables with controllable columns that a policy reads in whatever way. */
export function decisionTables(plan: PolicyPlan, into: Map<string, Relation>): void {
  if (plan.kind === 'ground') return;
  const whole: SelectPlan = { ...plan.select, outputs: [...plan.select.outputs, ...plan.clause] };
  visitTables(whole, ({ relation }) => {
    if (relation.columns.some((column) => column.decision)) into.set(relation.name, relation);
  });
}
