import type { Span } from '../base/source.js';
import type { CallExpression } from '../lang/ast.js';
import type { Fragment } from './fragment.js';
import type { Scope } from './scope.js';

/** What a walk over a piece of SQL found. */
export interface Walk {
  /** Its value or its rows depend on a decision. */
  readonly decision: boolean;
  /** Aggregate calls that belong to the select around the walked expression. */
  readonly aggregates: readonly CallExpression[];
  /** Window functions over the rows of that select. */
  readonly windows: readonly CallExpression[];
  /** Text to put in place of names, so that the piece can stand in generated SQL. */
  readonly replacements: readonly { readonly span: Span; readonly by: Fragment }[];
}

/** What a walk notes of every expression it comes to. */
export interface Seen {
  readonly scope: Scope;
  /** There is a decision in it, or an aggregate of the select around it. */
  readonly isMixed: boolean;
  /** It and all expressions below it; the text is no shorter, since each has a letter of its own there. */
  readonly nodes: number;
}
