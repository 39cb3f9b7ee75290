import type { LinearExpression, Variable } from '../../engine/model/model.js';

/** A variable that takes one of these values, the smallest first. */
export const list = (...values: number[]): Variable => ({
  values,
  lo: values[0] ?? null,
  hi: values.at(-1) ?? null,
  label: 'x',
});

/** A variable between two ends; null: open. */
export const interval = (lo: number | null, hi: number | null, label = 'x'): Variable => ({
  values: null,
  lo,
  hi,
  label,
});

/** A sum of variables times coefficients. */
export const linear = (...terms: readonly [variable: number, coefficient: number][]): LinearExpression => ({
  constant: 0,
  terms: terms.map(([variable, coefficient]) => ({ of: { kind: 'variable', variable }, coefficient })),
});
