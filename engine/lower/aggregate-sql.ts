import type { BoundAggregate } from '../check/bound.js';
import { isGroundTree } from '../check/bound.js';
import type { Fragment } from '../check/fragment.js';
import { render, renderColumn } from '../check/fragment.js';
import { spelledAggregate, spelledIncreasing } from '../check/language-sql.js';

/**
 * An aggregate of the policy language as SQLite computes it over the rows whose guard holds.
 * `guard` is null where the select has no decision condition; then SQL's own meaning stands.
 */
export function aggregateSql(aggregate: BoundAggregate, guard: string | null): string {
  const argument = aggregate.argument === null ? '*' : render(aggregate.argument.sql);
  const own = aggregate.filter === null ? null : render(aggregate.filter.sql);
  const conditions = [guard, own].filter((part) => part !== null);
  const filter =
    conditions.length === 0 ? '' : ` filter (where ${conditions.map((one) => `(${one})`).join(' and ')})`;
  const distinct = aggregate.distinct ? 'distinct ' : '';
  const guarded = guard !== null;
  switch (aggregate.name) {
    case 'count':
      return `count(${distinct}${argument})${filter}`;
    case 'sum':
      // A group whose guards are all false exists, and its sum is 0; so is that of decisions that are all null.
      return guarded || !isGroundTree(aggregate)
        ? `coalesce(sum(${distinct}${argument})${filter}, 0)`
        : `sum(${distinct}${argument})${filter}`;
    case 'min':
    case 'max':
    case 'avg':
      return `${aggregate.name}(${distinct}${argument})${filter}`;
    case 'any':
    case 'all':
    case 'all_different':
    case 'all_equal':
      return render(spelledAggregate(aggregate.name, [argument], [filter]));
    case 'increasing': {
      const known = [`(${argument}) is not null`, ...conditions.map((one) => `(${one})`)].join(' and ');
      const order = aggregate.order.map(
        ({ key, descending, nulls }) => `${render(key.sql)} ${descending ? 'desc' : 'asc'} nulls ${nulls}`,
      );
      return spelledIncreasing(argument, order.join(', '), ` filter (where ${known})`);
    }
  }
}

/** A fragment as SQL in which every aggregate reads only the rows whose guard holds. */
export function renderGuarded(fragment: Fragment, guard: string | null): string {
  return render(fragment, (part) =>
    part.kind === 'aggregate' ? aggregateSql(part.aggregate, guard) : renderColumn(part),
  );
}
