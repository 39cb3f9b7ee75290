import type { CallExpression } from '../lang/ast.js';
import { AGGREGATES, CAPACITY_FUNCTIONS, GROUND_AGGREGATES } from './functions.js';

const AGGREGATE_SET = new Set<string>([...AGGREGATES, ...GROUND_AGGREGATES, ...CAPACITY_FUNCTIONS]);

/** True for a call that reads the rows of a group; `min(a, b)` is a plain function. */
export function isAggregateCall(call: CallExpression): boolean {
  const name = call.name.text.toLowerCase();
  if (call.over !== null || !AGGREGATE_SET.has(name)) return false;
  return !((name === 'min' || name === 'max') && call.args.length > 1);
}
