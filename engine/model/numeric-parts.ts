import { unreachable } from '../base/assert.js';
import type { Capacity, LinearExpression, Literal, Loads, NumericNode } from './model.js';

/** What a numeric node reads directly. */
export interface NumericParts {
  readonly literals: readonly Literal[];
  readonly expressions: readonly LinearExpression[];
  readonly capacity: Capacity | null;
  /** Shared by many nodes: look at each object once. */
  readonly loads: Loads | null;
}

export function numericParts(numeric: NumericNode): NumericParts {
  const none = { literals: [], expressions: [], capacity: null, loads: null };
  switch (numeric.kind) {
    case 'when':
      return { ...none, literals: [numeric.literal], expressions: [numeric.expression] };
    case 'balance':
      return { ...none, capacity: numeric.capacity };
    case 'extreme':
      return {
        ...none,
        literals: numeric.entries.map((entry) => entry.literal),
        expressions: numeric.entries.map((entry) => entry.expression),
      };
    case 'product':
      return { ...none, expressions: [numeric.left, numeric.right] };
    case 'quotient':
      return { ...none, expressions: [numeric.dividend, numeric.divisor] };
    case 'load':
      return { ...none, loads: numeric.loads };
    default:
      return unreachable(numeric);
  }
}

/** The same node over changed parts; `loads` must give one object for one object. */
export function mapNumeric(
  numeric: NumericNode,
  change: {
    readonly literal: (literal: Literal) => Literal;
    readonly expression: (expression: LinearExpression) => LinearExpression;
    readonly capacity: (capacity: Capacity) => Capacity;
    readonly loads: (loads: Loads) => Loads;
  },
): NumericNode {
  switch (numeric.kind) {
    case 'when':
      return {
        kind: 'when',
        literal: change.literal(numeric.literal),
        expression: change.expression(numeric.expression),
      };
    case 'balance':
      return { kind: 'balance', capacity: change.capacity(numeric.capacity) };
    case 'extreme': {
      const entries = numeric.entries.map(({ literal, expression }) => ({
        literal: change.literal(literal),
        expression: change.expression(expression),
      }));
      return { kind: 'extreme', greatest: numeric.greatest, entries };
    }
    case 'product':
      return {
        kind: 'product',
        left: change.expression(numeric.left),
        right: change.expression(numeric.right),
      };
    case 'quotient':
      return {
        kind: 'quotient',
        dividend: change.expression(numeric.dividend),
        divisor: change.expression(numeric.divisor),
      };
    case 'load':
      return { kind: 'load', loads: change.loads(numeric.loads), key: numeric.key };
    default:
      return unreachable(numeric);
  }
}
