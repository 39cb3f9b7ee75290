import type { AggregateName } from './bound.js';
import type { Fragment } from './fragment.js';

/** Aggregates of the policy language that SQLite can compute from its own. */
export type SpelledAggregate = Extract<AggregateName, 'any' | 'all' | 'all_different' | 'all_equal'>;

/** `contains(list, value)` in SQLite's words. */
export function containedIn(list: Fragment, value: Fragment): Fragment {
  return ['((', ...value, ') in (select value from json_each(', ...list, ')))'];
}

/**
 * `increasing` over the rows of a group: no value is below the one before it.
 * `order` is the text behind `order by`; `filter` leaves out nulls.
 */
export function spelledIncreasing(argument: string, order: string, filter: string): string {
  const values = `json_each((select json_group_array(${argument} order by ${order})${filter}))`;
  return `(not exists (select 1 from (select value, lag(value) over (order by key) as before from ${values}) where before > value))`;
}

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
