import { integerOf } from '../../base/integer-column.js';
import type { SqlRecord } from '../../base/sql-value.js';
import type { Batch, ControllerContext, Rows } from '../../loop/controller.js';
import { emitAll, isUnbound, requestById } from './request-row.js';
import { step } from '../../machine/step.js';
import { requestMachine } from './machine.js';

/** The requests that the next batch decides, the longest waiting first. */
export function waiting(rows: Rows): Batch {
  const records = rows.all(
    `select request_id, arrived_us from request
     where status in ('PENDING', 'PLACED') and admitted = 1
     order by arrived_us, request_id`,
  );
  const first = records[0];
  return {
    table: 'request',
    keys: records.map((record) => ({ request_id: integerOf(record, 'request_id') })),
    oldestUs: first === undefined ? null : integerOf(first, 'arrived_us'),
  };
}

/** Leaves requests out until the next tick; one that may not wait is refused. A reason is told once. */
export function defer(keys: readonly SqlRecord[], reason: string, context: ControllerContext): void {
  for (const key of keys) {
    const row = requestById(context.rows, integerOf(key, 'request_id'));
    if (row === null || !isUnbound(row)) continue;
    // The same reason once more is no news, and the machine ignores it.
    const next = step(requestMachine, row, { type: 'defer', reason });
    const isRejected = next.state === 'REJECTED';
    context.rows.run(
      `update request set status = ?, admitted = 0, waiting_reason = ?, rejected_reason = ? where request_id = ?`,
      next.state,
      next.context.waitingReason,
      isRejected ? 'infeasible' : null,
      row.context.request,
    );
    emitAll(next.effects, context);
  }
}

/** Puts the requests that were left out back into the next batch. */
export function readmit(context: ControllerContext): void {
  context.rows.run(`update request set admitted = 1 where status in ('PENDING', 'PLACED') and admitted = 0`);
}
