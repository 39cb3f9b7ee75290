import type { Span } from '../base/source.js';
import { constantOf, sumOf } from '../model/builder.js';
import type { ModelBuilder } from '../model/builder.js';
import type { LinearExpression } from '../model/model.js';
import { isChoice } from './choice-classes.js';
import type { Operators } from './operators.js';
import type { GuardedSymbol } from './symbol.js';

/**
 * The sum of numbers that are not null where their guard holds. What several rows choose from one column is a load
 * per number in it, not a term per row and number.
 */
export function sumOfRows(
  rows: readonly GuardedSymbol[],
  operators: Operators,
  builder: ModelBuilder,
  span: Span,
): LinearExpression {
  const { choices } = operators;
  const columns = rows.filter(isChoice).filter(({ symbol }) => symbol.map !== null);
  const groups = (choices.groups(columns) ?? []).filter((group) => !group.text && group.rows.length > 1);
  const grouped = new Set<GuardedSymbol>(groups.flatMap((group) => group.rows));
  const loads = groups.flatMap((group) => {
    const counted = choices.loads(group);
    return group.keys.map((key) => ({ expression: builder.load(counted, key), factor: key }));
  });
  const others = rows.flatMap((row) => {
    if (grouped.has(row)) return [];
    const number = operators.numeric(row.symbol, span)?.expression ?? constantOf(0);
    return [{ expression: builder.when(row.guard, number), factor: 1 }];
  });
  return sumOf([...others, ...loads]);
}
