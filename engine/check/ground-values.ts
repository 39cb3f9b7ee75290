import type { Span } from '../base/source.js';
import type { BoundExpression, BoundSelect } from './bound.js';
import type { Fragment } from './fragment.js';
import { aliasOf } from './fragment.js';

/** The column `value` of a row source that SQLite evaluates whole, as a sub-query. */
export function groundValues(id: number, source: Fragment, span: Span): BoundSelect {
  const value: BoundExpression = {
    kind: 'ground',
    sql: [{ kind: 'column', item: id, column: 'value' }],
    span,
  };
  return {
    items: [{ id, name: '', source: { kind: 'ground', sql: source } }],
    units: [{ items: [id], sql: [...source, ` as ${aliasOf(id)}`] }],
    conditions: [],
    grouped: false,
    groupBy: [],
    having: [],
    outputs: [{ name: 'value', expression: value }],
    span,
  };
}
