import type { Comparison, Expr, Value } from './language.js';

/** SQLite's values, operators and three-valued logic, for integers, texts and null. */

export const truth = (value: boolean): Value => (value ? 1 : 0);
export const isTrue = (value: Value): boolean => value !== null && value !== 0;
export const isFalse = (value: Value): boolean => value === 0;
export const negated = (value: Value): Value => (value === null ? null : truth(value === 0));

export function number(value: Value): number {
  if (typeof value !== 'number') throw new TypeError('the generator computes with a text');
  return value;
}

export function compare(op: Comparison, a: Value, b: Value): Value {
  if (a === null || b === null) return null;
  if (typeof a !== typeof b) throw new TypeError('the generator compares a text with a number');
  switch (op) {
    case '=':
      return truth(a === b);
    case '<>':
      return truth(a !== b);
    case '<':
      return truth(a < b);
    case '<=':
      return truth(a <= b);
    case '>':
      return truth(a > b);
    case '>=':
      return truth(a >= b);
  }
}

export function both(a: Value, b: Value): Value {
  if (isFalse(a) || isFalse(b)) return 0;
  return a === null || b === null ? null : 1;
}

export function either(a: Value, b: Value): Value {
  if (isTrue(a) || isTrue(b)) return 1;
  return a === null || b === null ? null : 0;
}

/** Quotients are cut towards zero, remainders bear the sign of the left side, and by zero both are null. */
export function arithmetic(op: Extract<Expr, { k: 'arith' }>['op'], a: Value, b: Value): Value {
  if (a === null || b === null) return null;
  const [x, y] = [number(a), number(b)];
  switch (op) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y + 0;
    case '/':
      return y === 0 ? null : Math.trunc(x / y) + 0;
    case '%':
      return y === 0 ? null : (x % y) + 0;
  }
}

export function membership(value: Value, list: readonly Value[]): Value {
  // Nothing is in nothing, not even null.
  let sawNull = false;
  for (const one of list) {
    const found = compare('=', value, one);
    if (isTrue(found)) return 1;
    if (found === null) sawNull = true;
  }
  return sawNull ? null : 0;
}

/** Scalar `min` and `max`: null where any argument is. */
export function extreme(name: 'min' | 'max', values: readonly Value[]): Value {
  if (values.includes(null)) return null;
  return values.reduce((best, one) => (isTrue(compare(name === 'min' ? '<' : '>', one, best)) ? one : best));
}
