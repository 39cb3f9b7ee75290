import type { DecisionResidual, Residual, SelectPlan } from '../lower/plan.js';
import { residualParts } from '../lower/residual-parts.js';
import type { Binding } from './environment.js';
import type { Evaluator } from './evaluator.js';

/**
 * Makes variables of every decision that a policy mentions, in all rows its component has: also of rows that
 * no join brings together with anything, so that a decision without any value to take is not overlooked.
 */
export function registerDecisions(plan: SelectPlan, clause: readonly Residual[], evaluator: Evaluator): void {
  const found = new Map<string, DecisionResidual>();
  const visit = (residual: Residual): void => {
    if (residual.kind === 'decision' && residual.depth === 0) {
      found.set(`${residual.component}/${residual.column}`, residual);
    }
    residualParts(residual).forEach(visit);
  };
  for (const part of [...plan.groupBy, ...plan.conditions, ...plan.having, ...plan.outputs, ...clause])
    visit(part);
  for (const decision of found.values()) {
    const component = plan.components[decision.component];
    if (component?.kind !== 'query' || component.parameters.length > 0) continue;
    const bindings = plan.components.map((): Binding | null => null);
    for (const row of evaluator.componentRows(component, null)) {
      if (evaluator.variables.knownCell(decision, row) !== undefined) continue;
      bindings[decision.component] = { kind: 'row', row };
      evaluator.evaluate(decision, { plan, bindings, parent: null });
    }
  }
}
