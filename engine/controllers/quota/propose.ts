import type { ControllerContext, Rows } from '../../loop/controller.js';
import type { ContainerRow } from './container-row.js';
import { note } from './decision-row.js';

/** Why something is proposed. */
export interface Cause {
  readonly rule: string;
  readonly cause: string;
  readonly signal?: number | null;
  readonly detail?: number;
}

/** Proposes a quota, empties the container's window and tells why; nothing where it has that quota already. */
export function proposeQuota(
  row: Pick<ContainerRow, 'id' | 'application' | 'quotaUs'>,
  toUs: number,
  cause: Cause,
  context: Pick<ControllerContext, 'rows' | 'nowUs'>,
): void {
  if (toUs === row.quotaUs) return;
  const { rows } = context;
  rows.run('update container set controllable_quota_us = ? where container_id = ?', toUs, row.id);
  flush(rows, row.id);
  note(context, {
    container: row.id,
    application: row.application,
    resource: 'cpu',
    from: row.quotaUs,
    to: toUs,
    ...cause,
  });
}

/** Any change of a quota makes what was measured before say nothing about it. */
function flush(rows: Rows, container: number): void {
  rows.run(
    `update cpu_period set sample_count = 0, throttle_sum = 0, unused_sum_us = 0, is_sampled = 0
     where container_id = ?`,
    container,
  );
}

/** Proposes a limit and tells why. */
export function proposeLimit(
  row: Pick<ContainerRow, 'id' | 'application' | 'limitPages'>,
  toPages: number,
  cause: Cause,
  context: Pick<ControllerContext, 'rows' | 'nowUs'>,
): void {
  if (toPages === row.limitPages) return;
  context.rows.run(
    'update container set controllable_limit_pages = ? where container_id = ?',
    toPages,
    row.id,
  );
  note(context, {
    container: row.id,
    application: row.application,
    resource: 'memory',
    from: row.limitPages,
    to: toPages,
    ...cause,
  });
}
