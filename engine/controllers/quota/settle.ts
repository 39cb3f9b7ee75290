import { integerOf } from '../../base/integer-column.js';
import type { ControllerContext, Effect, Rows } from '../../loop/controller.js';

/** One value of a container that was decided anew. */
export interface Change {
  readonly container: number;
  readonly column: 'quota_us' | 'limit_pages';
  readonly from: number;
  readonly to: number;
}

/** What is proposed for these containers and not yet in force. */
export function changesAmong(rows: Rows, containers: readonly number[]): readonly Change[] {
  const found = rows.all(
    `select container_id, quota_us, controllable_quota_us, limit_pages, controllable_limit_pages
     from container
     where container_id in (select value from json_each(?))
       and (quota_us <> controllable_quota_us or limit_pages <> controllable_limit_pages)
     order by container_id`,
    JSON.stringify(containers),
  );
  return found.flatMap((record) =>
    (['quota_us', 'limit_pages'] as const).flatMap((column): readonly Change[] => {
      const from = integerOf(record, column);
      const to = integerOf(record, `controllable_${column}`);
      return from === to ? [] : [{ container: integerOf(record, 'container_id'), column, from, to }];
    }),
  );
}

/** Puts in force what is proposed for these containers, and orders it. */
export function settle(
  containers: readonly number[],
  context: Pick<ControllerContext, 'rows' | 'emit'>,
): void {
  putInForce(changesAmong(context.rows, containers), context);
}

/**
 * Commits proposed changes and orders them from whoever holds the control groups: all decreases first, so that the
 * sums hold there too. What a decrease frees stays in flight until it is acknowledged, where the application asks
 * for that.
 */
export function putInForce(
  changes: readonly Change[],
  { rows, emit }: Pick<ControllerContext, 'rows' | 'emit'>,
): void {
  if (changes.length === 0) return;
  rows.run(
    `update container set
       quota_us = controllable_quota_us,
       limit_pages = controllable_limit_pages,
       in_flight_us = iif(awaits, max(0, quota_us + in_flight_us - controllable_quota_us), 0),
       in_flight_pages = iif(awaits, max(0, limit_pages + in_flight_pages - controllable_limit_pages), 0)
     from (
       select application_id, awaits_acknowledgement as awaits
       from application join parameter_set using (parameter_set_id)
     ) as asks
     where container.container_id in (select value from json_each(?))
       and asks.application_id = container.application_id`,
    JSON.stringify(changes.map(({ container }) => container)),
  );
  for (const effect of orders(changes)) emit(effect);
}

/** The orders of one decision, in the order they have to be carried out in. */
function orders(changes: readonly Change[]): readonly Effect[] {
  return [
    order('lower_quota', 'quota_us', changes, ({ from, to }) => to < from),
    order('lower_limit', 'limit_pages', changes, ({ from, to }) => to < from),
    order('raise_quota', 'quota_us', changes, ({ from, to }) => to > from),
    order('raise_limit', 'limit_pages', changes, ({ from, to }) => to > from),
  ].flatMap((effect) => effect ?? []);
}

function order(
  type: string,
  column: Change['column'],
  changes: readonly Change[],
  isMeant: (change: Change) => boolean,
): Effect | null {
  const meant = changes.filter((change) => change.column === column && isMeant(change));
  if (meant.length === 0) return null;
  return {
    type,
    fields: { containers: meant.map(({ container }) => container), [column]: meant.map(({ to }) => to) },
  };
}
