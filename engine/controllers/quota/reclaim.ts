import { integerOf } from '../../base/integer-column.js';
import type { ControllerContext } from '../../loop/controller.js';
import type { Cause } from './propose.js';

/**
 * Lowers the limits of an application's containers to what they use and the margin; gives the containers that it
 * lowered. `spared` keeps its limit. A limit never falls to the usage itself: the kernel would refuse that.
 */
export function reclaim(
  application: number,
  spared: number | null,
  { rule, cause, signal = null }: Cause,
  { rows, nowUs }: Pick<ControllerContext, 'rows' | 'nowUs'>,
): readonly number[] {
  const lowered = rows.all(
    `select container_id from reclaimable where application_id = ? and container_id is not ? order by container_id`,
    application,
    spared,
  );
  const containers = lowered.map((record) => integerOf(record, 'container_id'));
  if (containers.length === 0) return containers;
  const json = JSON.stringify(containers);
  rows.run(
    `insert into quota_decision
       (at_us, container_id, application_id, rule, resource, from_value, to_value, quota_signal_id, cause)
     select ?, container_id, application_id, ?, 'memory', limit_pages, reclaimed_pages, ?, ?
     from reclaimable where container_id in (select value from json_each(?))
     order by container_id`,
    nowUs,
    rule,
    signal,
    cause,
    json,
  );
  rows.run(
    `update container set controllable_limit_pages = reclaimable.reclaimed_pages
     from reclaimable
     where reclaimable.container_id = container.container_id
       and container.container_id in (select value from json_each(?))`,
    json,
  );
  return containers;
}
