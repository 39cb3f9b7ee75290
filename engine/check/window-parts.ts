import type { Expression, OrderTerm, Window } from '../lang/ast.js';

/** The expressions of `order by`. */
export const orderParts = (terms: readonly OrderTerm[]): Expression[] =>
  terms.map(({ expression }) => expression);

/** The expressions of a window; its frame holds none that read a row. */
export const windowParts = ({ partitionBy, orderBy }: Window): Expression[] => [
  ...partitionBy,
  ...orderParts(orderBy),
];
