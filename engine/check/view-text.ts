import type { Select } from '../lang/ast.js';
import type { Fragment } from './fragment.js';
import { parenthesised, splice } from './fragment.js';
import type { Walk } from './walk-result.js';

/**
 * `(select ...)` of a view of the policy set with its names replaced. `isOneGroup`: it groups all its rows into one,
 * which SQL has of no row, too, and the policy language does not.
 */
export function viewText(select: Select, replacements: Walk['replacements'], isOneGroup: boolean): Fragment {
  const { having } = select.core;
  if (!isOneGroup || select.orderBy.length > 0 || select.limit !== null)
    return parenthesised(splice(select.span, replacements));
  if (having === null) return ['(', ...splice(select.span, replacements), ' having count(*) > 0)'];
  const open = { span: { ...having.span, end: having.span.start }, by: ['count(*) > 0 and ('] };
  const close = { span: { ...having.span, start: having.span.end }, by: [')'] };
  return parenthesised(splice(select.span, [open, ...replacements, close]));
}
