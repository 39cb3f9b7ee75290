import type { AggregateName, Value } from './language.js';
import { compare, extreme, isTrue, number, truth } from './value.js';

/**
 * An aggregate of the values of some rows, in the order of the rows; nulls are skipped.
 * `sumOfNothing`: what `sum` is where no value is left.
 */
export function aggregate(name: AggregateName, values: readonly Value[], sumOfNothing: 0 | null): Value {
  const known = values.filter((value) => value !== null);
  switch (name) {
    case 'count':
      return known.length;
    case 'sum':
      return known.length === 0 ? sumOfNothing : sumOf(known);
    case 'avg':
      return known.length === 0 ? null : sumOf(known) / known.length;
    case 'min':
    case 'max':
      return known.length === 0 ? null : extreme(name, known);
    case 'any':
      return truth(known.some(isTrue));
    case 'all':
      return truth(known.every(isTrue));
    case 'all_different':
      return truth(new Set(known).size === known.length);
    case 'all_equal':
      return truth(new Set(known).size <= 1);
    case 'increasing':
      return truth(known.every((one, i) => i === 0 || isTrue(compare('<=', known[i - 1] ?? null, one))));
  }
}

const sumOf = (values: readonly Value[]): number => values.reduce((sum: number, one) => sum + number(one), 0);
