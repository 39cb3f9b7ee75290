import { integerOf } from '../../base/integer-column.js';
import { unreachable } from '../../base/assert.js';
import { EventFields, Refusal } from '../../base/event-fields.js';
import { didYouMean } from '../../base/suggest.js';
import type { ControllerContext, LoopEvent, Rows } from '../../loop/controller.js';
import { declare } from './declare.js';
import type { DesignRow } from './design-row.js';
import { advance, designById, designByName, takes } from './design-row.js';
import type { DesignEvent } from './machine.js';
import { readDesign } from './read-design.js';

export const NPU_EVENTS = ['design', 'pin', 'tile', 'replace', 'resolve', 'fail', 'remove'] as const;
type NpuEvent = (typeof NPU_EVENTS)[number];

const MAX_POSITION = 99;

/** Turns one event into rows. What cannot be served is refused before anything is written. */
export function receive(event: LoopEvent, context: ControllerContext): void {
  try {
    const type = NPU_EVENTS.find((one) => one === event.type);
    if (type === undefined) {
      const message = `the npu controller takes no event \`${event.type}\``;
      throw new Refusal('loop/unknown-event', message, didYouMean(event.type, NPU_EVENTS));
    }
    serve(type, event, context);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, message, help } = error;
    context.refuse(help === undefined ? { code, message } : { code, message, help });
  }
}

function serve(type: NpuEvent, event: LoopEvent, context: ControllerContext): void {
  if (type === 'design') {
    declareDesign(event, context);
    return;
  }
  const fields = new EventFields(type, event.fields);
  switch (type) {
    case 'pin': {
      pin(fields, context.rows);
      return;
    }
    case 'tile': {
      setUsable(fields, context);
      return;
    }
    case 'replace': {
      const row = named(fields, context.rows);
      fields.done();
      replace(row, context);
      return;
    }
    case 'resolve':
    case 'remove': {
      const row = named(fields, context.rows);
      fields.done();
      change(row, { type }, context);
      if (type === 'remove') release(row.id, context.rows);
      return;
    }
    case 'fail': {
      const row = named(fields, context.rows);
      const reason = fields.text('reason') ?? 'refused';
      fields.done();
      change(row, { type, reason }, context);
      release(row.id, context.rows);
      return;
    }
    default:
      return unreachable(type);
  }
}

/** The fields of the event are those of the design. */
function declareDesign(event: LoopEvent, context: ControllerContext): void {
  const { design, problems } = readDesign(event.fields);
  if (design === null) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    throw new Refusal(
      'loop/bad-event',
      `\`design\`: ${first?.path ?? ''} ${first?.message ?? ''}${more}`,
      first?.help,
    );
  }
  const declared = declare(design, event.atUs, context.rows);
  if (declared.status === 'refused') throw new Refusal('loop/not-served', declared.message, declared.help);
}

function named(fields: EventFields, rows: Rows): DesignRow {
  const name = fields.text('design');
  if (name === null) throw fields.bad('lacks `design`');
  const row = designByName(rows, name);
  if (row === null) throw new Refusal('loop/not-served', `there is no design \`${name}\``);
  return row;
}

function change(row: DesignRow, event: DesignEvent, context: ControllerContext): void {
  if (!takes(row, event))
    throw new Refusal(
      'loop/not-served',
      `design \`${row.context.design}\` is ${row.state} and takes no ${event.type}`,
    );
  advance(row, event, context);
}

/** Its tiles become what it had before; as many parts as possible stay there. */
function replace(row: DesignRow, context: ControllerContext): void {
  change(row, { type: 'replace' }, context);
  context.rows.run(
    'update placeable set previous_tile = coalesce(current_tile, previous_tile), current_tile = null where design_id = ?',
    row.id,
  );
  clear(row.id, context.rows);
}

function release(design: number, rows: Rows): void {
  rows.run('update placeable set current_tile = null where design_id = ?', design);
  clear(design, rows);
}

/** What follows from tiles goes with them. */
function clear(design: number, rows: Rows): void {
  rows.run('update object_fifo set current_sharing = null where design_id = ?', design);
  rows.run(
    'update endpoint set current_bd_half = null where fifo_id in (select fifo_id from object_fifo where design_id = ?)',
    design,
  );
  rows.run(
    `update mem_buffer set current_tile = null
     where placeable_id in (select placeable_id from placeable where design_id = ?)`,
    design,
  );
}

/** Says where a part must be; without column and row it may be anywhere again. Takes effect when it is placed anew. */
function pin(fields: EventFields, rows: Rows): void {
  const row = named(fields, rows);
  const part = fields.text('part');
  const col = fields.optional('col', 0, MAX_POSITION);
  const at = fields.optional('row', 0, MAX_POSITION);
  fields.done();
  if (part === null) throw fields.bad('lacks `part`');
  const changed = rows.run(
    `update placeable set min_col = ?, max_col = ?, min_row = ?, max_row = ? where design_id = ? and name = ?`,
    col,
    col,
    at,
    at,
    row.id,
    part,
  );
  if (changed === 0)
    throw new Refusal('loop/not-served', `design \`${row.context.design}\` has no part \`${part}\``);
}

/** Takes a tile out of use, or back into it; designs with parts on it are placed anew. */
function setUsable(fields: EventFields, context: ControllerContext): void {
  const { rows } = context;
  const device = fields.text('device');
  const col = fields.integer('col', 0, MAX_POSITION);
  const row = fields.integer('row', 0, MAX_POSITION);
  const usable = fields.flag('usable', true);
  fields.done();
  const tile = rows.get(
    `select t.tile_id from tile as t join device as v on v.device_id = t.device_id
     where v.name = ? and t.col = ? and t.row = ?`,
    device,
    col,
    row,
  );
  if (tile === undefined)
    throw new Refusal('loop/not-served', `there is no tile [${col}, ${row}] of device \`${device ?? ''}\``);
  const id = integerOf(tile, 'tile_id');
  rows.run('update tile set usable = ? where tile_id = ?', usable ? 1 : 0, id);
  if (usable) return;
  const hit = rows.all(
    `select distinct p.design_id from placeable as p join design as d on d.design_id = p.design_id
     where p.current_tile = ? and d.status in ('PLACED', 'RESOLVED') order by p.design_id`,
    id,
  );
  for (const record of hit) {
    const design = designById(rows, integerOf(record, 'design_id'));
    if (design !== null) replace(design, context);
  }
}
