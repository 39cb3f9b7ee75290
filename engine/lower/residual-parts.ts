import type { Residual } from './plan.js';

/** The residuals directly below one; a nested select is not among them, its operand is. */
export function residualParts(residual: Residual): readonly Residual[] {
  switch (residual.kind) {
    case 'not':
    case 'negative':
    case 'inSelect':
      return [residual.operand];
    case 'and':
    case 'or':
      return residual.operands;
    case 'compare':
    case 'arithmetic':
      return [residual.left, residual.right];
    case 'inList':
      return [residual.operand, ...residual.list];
    case 'aggregate':
      return [residual.argument, residual.filter].filter((part) => part !== null);
    case 'capacity':
      return [residual.decision, residual.key, residual.demand, residual.capacity];
    case 'slot':
    case 'decision':
    case 'cell':
    case 'constant':
    case 'exists':
    case 'scalar':
      return [];
  }
}
