import type { Residual, SelectPlan, SlotResidual } from '../lower/plan.js';
import { residualParts } from '../lower/residual-parts.js';

const known = new WeakMap<SelectPlan, readonly SlotResidual[] | null>();

/**
 * All that a sub-query reads of the select around it, where that is values alone: it has the same rows for all rows
 * around it that agree in them. Null where it reads a decision of theirs, or a select further out.
 */
export function parametersOf(plan: SelectPlan): readonly SlotResidual[] | null {
  let found = known.get(plan);
  if (found === undefined) {
    found = isClosed(plan, 0) ? parametersIn(plan) : null;
    known.set(plan, found);
  }
  return found;
}

function parametersIn({ components }: SelectPlan): SlotResidual[] {
  return components.flatMap((component) => (component.kind === 'query' ? component.parameters : []));
}

/** True where only parameters of the sub-query itself are read from outside; `level` selects lie around this one in it. */
function isClosed(plan: SelectPlan, level: number): boolean {
  const isOwn = (residual: Residual): boolean => {
    const { kind } = residual;
    if ((kind === 'slot' || kind === 'decision' || kind === 'cell') && residual.depth > level) return false;
    if ('plan' in residual && !isClosed(residual.plan, level + 1)) return false;
    return residualParts(residual).every(isOwn);
  };
  return (
    parametersIn(plan).every(({ depth }) => depth <= Math.max(level, 1)) &&
    plan.components.every((component) => component.kind === 'query' || isClosed(component.plan, 0)) &&
    [...plan.groupBy, ...plan.conditions, ...plan.having, ...plan.outputs].every(isOwn)
  );
}
