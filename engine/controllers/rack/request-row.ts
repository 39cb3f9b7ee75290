import { integerOf, nullableOf } from '../../base/integer-column.js';
import { assert } from '../../base/assert.js';
import type { SqlRecord, SqlValue } from '../../base/sql-value.js';
import type { ControllerContext, Rows } from '../../loop/controller.js';
import type { MachineEffect } from '../../machine/effect.js';
import type { Step, Stored } from '../../machine/step.js';
import { step } from '../../machine/step.js';
import type { RequestContext, RequestEvent } from './machine.js';
import { requestMachine } from './machine.js';

/** A row of `request`, as far as the controller reads it. */
export interface RequestRow extends Stored<RequestContext> {
  readonly cores: number;
  readonly memslices: number;
  readonly admitted: boolean;
  readonly spareBytes: number;
  readonly proposedHost: number | null;
}

const COLUMNS = `request_id, process_id, cores, memslices, status, controllable_dkernel, current_dkernel,
  admitted, may_wait, waiting_reason, spare_bytes, held_cores, held_memslices`;

/** Reads rows of `request`; `where` may go on with an `order by`. */
export function requestsWhere(rows: Rows, where: string, ...parameters: readonly SqlValue[]): RequestRow[] {
  return rows.all(`select ${COLUMNS} from request where ${where}`, ...parameters).map(requestOf);
}

/** The request of this number, or null. */
export function requestById(rows: Rows, id: number): RequestRow | null {
  return requestsWhere(rows, 'request_id = ?', id)[0] ?? null;
}

function requestOf(record: SqlRecord): RequestRow {
  return {
    state: String(record['status']),
    context: {
      request: integerOf(record, 'request_id'),
      process: integerOf(record, 'process_id'),
      host: nullableOf(record, 'current_dkernel'),
      heldCores: integerOf(record, 'held_cores'),
      heldMemslices: integerOf(record, 'held_memslices'),
      mayWait: integerOf(record, 'may_wait') === 1,
      waitingReason: record['waiting_reason'] === null ? null : String(record['waiting_reason']),
    },
    cores: integerOf(record, 'cores'),
    memslices: integerOf(record, 'memslices'),
    admitted: integerOf(record, 'admitted') === 1,
    spareBytes: integerOf(record, 'spare_bytes'),
    proposedHost: nullableOf(record, 'controllable_dkernel'),
  };
}

/** The requests of these numbers, as far as there are such, in ascending order. */
export function requestsOf(rows: Rows, ids: readonly number[]): RequestRow[] {
  if (ids.length === 0) return [];
  const where = 'request_id in (select value from json_each(?)) order by request_id';
  return requestsWhere(rows, where, JSON.stringify(ids));
}

/** True while the request holds nothing and waits for a host or for its units. */
export function isUnbound(row: Stored<unknown>): boolean {
  return row.state === 'PENDING' || row.state === 'PLACED';
}

/** Steps the request's machine; an event that it ignores here is a bug of ours. */
export function advance(stored: Stored<RequestContext>, event: RequestEvent): Step<RequestContext> {
  const next = step(requestMachine, stored, event);
  assert(
    !next.ignored,
    () => `request ${stored.context.request} is ${stored.state} and takes no ${event.type}`,
  );
  return next;
}

/** Sends on what a step asked for. */
export function emitAll(effects: readonly MachineEffect[], context: ControllerContext): void {
  for (const effect of effects) {
    assert(effect.kind === 'emit', 'the request machine has no timers');
    context.emit({ type: effect.type, fields: effect.fields });
  }
}
