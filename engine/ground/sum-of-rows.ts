import type { Span } from '../base/source.js';
import type { ModelBuilder } from '../model/builder.js';
import { RunningSum } from '../model/builder.js';
import type { LinearExpression } from '../model/model.js';
import { TRUE } from '../model/model.js';
import { isChoice } from './choice-classes.js';
import type { Operators } from './operators.js';
import type { GuardedSymbol } from './symbol.js';

/** Rows to be added up, of which those that always count are added at once, up to the first that does not. */
export class RowsToSum {
  private readonly sum = new RunningSum();
  private readonly rows: GuardedSymbol[] = [];

  /** INVARIANT: the symbol is not null where the guard holds. */
  add(row: GuardedSymbol): void {
    const { guard, symbol } = row;
    const isPlain = guard === TRUE && this.rows.length === 0;
    if (isPlain && symbol.kind === 'boolean') this.sum.addTruth(symbol.isTrue);
    else if (isPlain && symbol.kind === 'number') this.sum.add(symbol.expression);
    else this.rows.push(row);
  }

  total(operators: Operators, builder: ModelBuilder, span: Span): LinearExpression {
    if (this.rows.length > 0) addRows(this.sum, this.rows, operators, builder, span);
    return this.sum.expression;
  }
}

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
  const sum = new RunningSum();
  addRows(sum, rows, operators, builder, span);
  return sum.expression;
}

function addRows(
  sum: RunningSum,
  rows: readonly GuardedSymbol[],
  operators: Operators,
  builder: ModelBuilder,
  span: Span,
): void {
  const { choices } = operators;
  const columns = rows.filter(isChoice).filter(({ symbol }) => symbol.map !== null);
  const groups = (choices.groups(columns) ?? []).filter((group) => !group.text && group.rows.length > 1);
  const grouped = new Set<GuardedSymbol>(groups.flatMap((group) => group.rows));
  const loads = groups.flatMap((group) => {
    const counted = choices.loads(group);
    return group.keys.map((key) => ({ expression: builder.load(counted, key), factor: key }));
  });
  for (const row of rows) {
    if (grouped.has(row)) continue;
    const number = operators.numeric(row.symbol, span);
    if (number !== null) sum.add(builder.when(row.guard, number.expression));
  }
  for (const { expression, factor } of loads) sum.add(expression, factor);
}
