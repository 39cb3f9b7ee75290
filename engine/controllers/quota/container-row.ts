import { integerOf, nullableOf } from '../../base/integer-column.js';
import { assert } from '../../base/assert.js';
import { Refusal } from '../../base/event-fields.js';
import type { ControllerContext, Rows } from '../../loop/controller.js';
import { step } from '../../machine/step.js';
import type { ContainerEvent } from './machine.js';
import { containerMachine } from './machine.js';

/** A row of `container`, as far as single events read it. */
export interface ContainerRow {
  readonly id: number;
  readonly application: number;
  readonly host: number | null;
  readonly state: string;
  readonly quotaUs: number;
  readonly limitPages: number;
  readonly usagePages: number;
  readonly hasEnded: boolean;
}

/** The container of this number, whether it lives or has ended, with what is proposed for it; or null. */
export function containerById(rows: Rows, id: number): ContainerRow | null {
  const record = rows.get(
    `select container_id, application_id, host_id, state, controllable_quota_us, controllable_limit_pages,
            usage_pages, ended_us
     from container where container_id = ?`,
    id,
  );
  if (record === undefined) return null;
  return {
    id,
    application: integerOf(record, 'application_id'),
    host: nullableOf(record, 'host_id'),
    state: String(record['state']),
    quotaUs: integerOf(record, 'controllable_quota_us'),
    limitPages: integerOf(record, 'controllable_limit_pages'),
    usagePages: integerOf(record, 'usage_pages'),
    hasEnded: record['ended_us'] !== null,
  };
}

/** The same, refused where no such container lives. */
export function livingContainer(rows: Rows, id: number): ContainerRow {
  const row = containerById(rows, id);
  if (row === null || row.hasEnded) throw new Refusal('loop/not-served', `there is no container ${id}`);
  return row;
}

/** One step of the container's life cycle, written to its row; gives the state after it. */
export function advance(
  row: ContainerRow,
  event: ContainerEvent,
  { rows, emit }: Pick<ControllerContext, 'rows' | 'emit'>,
): ContainerRow {
  const { state, effects } = step(
    containerMachine,
    { state: row.state, context: { container: row.id } },
    event,
  );
  for (const effect of effects) {
    assert(effect.kind === 'emit', 'a container sets no timers');
    emit({ type: effect.type, fields: effect.fields });
  }
  // Who ends a container, or begins it anew, writes the whole row.
  if (state !== row.state && !row.hasEnded && state !== 'KILLED' && state !== 'EXITED') {
    rows.run('update container set state = ? where container_id = ?', state, row.id);
  }
  return { ...row, state };
}
