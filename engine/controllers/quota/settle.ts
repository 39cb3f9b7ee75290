import type { SqlRecord } from '../../base/sql-value.js';
import type { ControllerContext, Effect, Rows } from '../../loop/controller.js';
import { integerOf } from './container-row.js';

/** What is proposed for these containers and not yet in force. */
export function changedAmong(rows: Rows, containers: readonly number[]): readonly SqlRecord[] {
  return rows.all(
    `select container_id, quota_us, controllable_quota_us, limit_pages, controllable_limit_pages
     from json_each(?) as named
     join container on container.container_id = named.value
     where quota_us <> controllable_quota_us or limit_pages <> controllable_limit_pages
     order by container_id`,
    JSON.stringify(containers),
  );
}

/**
 * Puts in force what is proposed for these containers, and orders it from whoever holds the control groups:
 * all decreases first, so that the sums hold there too. What a decrease frees stays in flight until it is
 * acknowledged, where the application asks for that.
 */
export function settle(
  containers: readonly number[],
  { rows, emit }: Pick<ControllerContext, 'rows' | 'emit'>,
): void {
  const changed = changedAmong(rows, containers);
  if (changed.length === 0) return;
  rows.run(
    `update container set
       quota_us = controllable_quota_us,
       limit_pages = controllable_limit_pages,
       in_flight_us = iif(parameter_set.awaits_acknowledgement, max(0, quota_us + in_flight_us - controllable_quota_us), 0),
       in_flight_pages = iif(parameter_set.awaits_acknowledgement, max(0, limit_pages + in_flight_pages - controllable_limit_pages), 0)
     from application join parameter_set using (parameter_set_id)
     where container.container_id in (select value from json_each(?))
       and application.application_id = container.application_id`,
    JSON.stringify(changed.map((record) => integerOf(record, 'container_id'))),
  );
  for (const effect of orders(changed)) emit(effect);
}

/** The orders of one decision, in the order they have to be carried out in. */
export function orders(changed: readonly SqlRecord[]): readonly Effect[] {
  return [
    order('lower_quota', 'quota_us', changed, (now, then) => then < now),
    order('lower_limit', 'limit_pages', changed, (now, then) => then < now),
    order('raise_quota', 'quota_us', changed, (now, then) => then > now),
    order('raise_limit', 'limit_pages', changed, (now, then) => then > now),
  ].flatMap((effect) => effect ?? []);
}

function order(
  type: string,
  column: 'quota_us' | 'limit_pages',
  changed: readonly SqlRecord[],
  isMeant: (now: number, then: number) => boolean,
): Effect | null {
  const meant = changed.filter((record) =>
    isMeant(integerOf(record, column), integerOf(record, `controllable_${column}`)),
  );
  if (meant.length === 0) return null;
  return {
    type,
    fields: {
      containers: meant.map((record) => integerOf(record, 'container_id')),
      [column]: meant.map((record) => integerOf(record, `controllable_${column}`)),
    },
  };
}
