import type { Relation } from '../catalog/catalog.js';
import type { PolicyPlan, QueryComponent, Residual, SelectPlan } from './plan.js';

/** Every base table that a plan's queries read, at any depth. */
function visitTables(plan: SelectPlan, visit: (table: QueryComponent['tables'][number]) => void): void {
  for (const component of plan.components) {
    if (component.kind === 'derived') visitTables(component.plan, visit);
    else component.tables.forEach(visit);
  }
  const nested = (residual: Residual): void => {
    switch (residual.kind) {
      case 'inSelect':
        nested(residual.operand);
        visitTables(residual.plan, visit);
        return;
      case 'exists':
      case 'scalar':
        visitTables(residual.plan, visit);
        return;
      case 'not':
      case 'negative':
        nested(residual.operand);
        return;
      case 'and':
      case 'or':
        residual.operands.forEach(nested);
        return;
      case 'compare':
      case 'arithmetic':
        nested(residual.left);
        nested(residual.right);
        return;
      case 'inList':
        nested(residual.operand);
        residual.list.forEach(nested);
        return;
      case 'aggregate':
        if (residual.argument !== null) nested(residual.argument);
        if (residual.filter !== null) nested(residual.filter);
        return;
      case 'slot':
      case 'decision':
      case 'cell':
      case 'constant':
      case 'capacity':
        return;
    }
  };
  for (const part of [...plan.conditions, ...plan.having, ...plan.outputs]) nested(part);
}

function visitPolicy(plan: PolicyPlan, visit: (table: QueryComponent['tables'][number]) => void): void {
  if (plan.kind === 'ground') return;
  const clause: SelectPlan = { ...plan.select, outputs: [...plan.select.outputs, ...plan.clause] };
  visitTables(clause, visit);
}

/** Tables with controllable columns that a policy reads in whatever way. */
export function decisionTables(plan: PolicyPlan, into: Map<string, Relation>): void {
  visitPolicy(plan, ({ relation }) => {
    if (relation.columns.some((column) => column.decision)) into.set(relation.name, relation);
  });
}
