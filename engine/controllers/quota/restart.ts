import type { ControllerContext } from '../../loop/controller.js';

/** Ends containers of a replay and starts them anew: they do nothing for the time of a cold start. */
export function restart(
  containers: readonly number[],
  reason: 'oom' | 'update',
  { rows, nowUs }: Pick<ControllerContext, 'rows' | 'nowUs'>,
): void {
  const json = JSON.stringify(containers);
  rows.run(
    `insert into container_restart (at_us, container_id, reason)
     select ?, value, ? from json_each(?) order by key`,
    nowUs,
    reason,
    json,
  );
  rows.run(
    `update demand_state set down_until_us = ? + (select cold_start_us from demand_replay)
     where container_id in (select value from json_each(?))`,
    nowUs,
    json,
  );
}
