import { integerOf } from '../../base/integer-column.js';
import { assert } from '../../base/assert.js';
import type { SqlRecord } from '../../base/sql-value.js';
import type { ControllerContext, Rows } from '../../loop/controller.js';
import type { Stored } from '../../machine/step.js';
import { step } from '../../machine/step.js';
import type { DesignContext, DesignEvent } from './machine.js';
import { designMachine } from './machine.js';

/** A row of `design`, as far as the controller reads it. */
export interface DesignRow extends Stored<DesignContext> {
  readonly id: number;
}

const COLUMNS = 'design_id, name, status, failed_reason';

/** The designs that wait for a placement, the longest waiting first. */
export function declaredDesigns(rows: Rows): DesignRow[] {
  return rows
    .all(`select ${COLUMNS} from design where status = 'DECLARED' order by arrived_us, design_id`)
    .map(designOf);
}

export function designByName(rows: Rows, name: string): DesignRow | null {
  const record = rows.get(`select ${COLUMNS} from design where name = ?`, name);
  return record === undefined ? null : designOf(record);
}

export function designById(rows: Rows, id: number): DesignRow | null {
  const record = rows.get(`select ${COLUMNS} from design where design_id = ?`, id);
  return record === undefined ? null : designOf(record);
}

function designOf(record: SqlRecord): DesignRow {
  const reason = record['failed_reason'];
  return {
    id: integerOf(record, 'design_id'),
    state: String(record['status']),
    context: { design: String(record['name']), reason: reason === null ? null : String(reason) },
  };
}

/** True where a design takes this event now. */
export function takes(row: DesignRow, event: DesignEvent): boolean {
  return !step(designMachine, row, event).ignored;
}

/**
 * Steps a design's machine, stores what it comes to, and sends on what it asks for.
 * INVARIANT: `takes` holds.
 */
export function advance(row: DesignRow, event: DesignEvent, context: ControllerContext): void {
  const next = step(designMachine, row, event);
  assert(!next.ignored, () => `design ${row.context.design} is ${row.state} and takes no ${event.type}`);
  context.rows.run(
    'update design set status = ?, failed_reason = ? where design_id = ?',
    next.state,
    next.state === 'FAILED' ? next.context.reason : null,
    row.id,
  );
  for (const effect of next.effects) {
    assert(effect.kind === 'emit', 'the design machine has no timers');
    context.emit({ type: effect.type, fields: effect.fields });
  }
}
