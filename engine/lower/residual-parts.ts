import type { Residual } from './plan.js';

/** The residuals directly below one; a nested select is not among them, its operand is. */
export function residualParts(residual: Residual): readonly Residual[] {
  switch (residual.kind) {
    case 'not':
    case 'negative':
    case 'truth':
    case 'inSelect':
      return [residual.operand];
    case 'and':
    case 'or':
      return residual.operands;
    case 'compare':
    case 'arithmetic':
    case 'is':
      return [residual.left, residual.right];
    case 'inList':
      return [residual.operand, ...residual.list];
    case 'case': {
      const branches = residual.branches.flatMap(({ when, then }) => [when, then]);
      return residual.otherwise === null ? branches : [...branches, residual.otherwise];
    }
    case 'call':
      return residual.args;
    case 'aggregate': {
      const own = [residual.argument, residual.filter].filter((part) => part !== null);
      return [...own, ...residual.order.map(({ slot }) => slot)];
    }
    case 'capacity':
      return [residual.decision, residual.key, residual.demand, residual.capacity];
    case 'slot':
    case 'decision':
    case 'cell':
    case 'key':
    case 'constant':
    case 'exists':
    case 'scalar':
      return [];
  }
}
