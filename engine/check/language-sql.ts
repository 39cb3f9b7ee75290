import type { AggregateName } from './bound.js';
import type { Fragment } from './fragment.js';

/** Aggregates of the policy language that SQLite can compute from its own. */
export type SpelledAggregate = Extract<AggregateName, 'any' | 'all' | 'all_different' | 'all_equal'>;

/**
 * What an aggregate of the policy language is in SQLite's words. `filter` is empty, or ` filter (where ...)`.
 * Nulls are skipped; over nothing `any` is 0 and the others are 1.
 */
export function spelledAggregate(name: SpelledAggregate, argument: Fragment, filter: Fragment): Fragment {
  switch (name) {
    case 'any':
      return ['coalesce(max((', ...argument, ') <> 0)', ...filter, ', 0)'];
    case 'all':
      return ['coalesce(min((', ...argument, ') <> 0)', ...filter, ', 1)'];
    case 'all_different':
      return ['(count(', ...argument, ')', ...filter, ' = count(distinct ', ...argument, ')', ...filter, ')'];
    case 'all_equal':
      return ['(count(distinct ', ...argument, ')', ...filter, ' <= 1)'];
  }
}
