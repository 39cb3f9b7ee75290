import { integerOf } from '../../base/integer-column.js';
import type { SqlValue } from '../../base/sql-value.js';
import type { Rows } from '../../loop/controller.js';
import type { Design, DesignEnd, DesignFifo } from './design.js';
import { placeablesOf } from './placeables-of.js';
import { settleProposed } from './settle-proposed.js';

/** What a design is declared with, or why it cannot be. */
export type Declared =
  | { readonly status: 'declared'; readonly design: number }
  | { readonly status: 'refused'; readonly message: string; readonly help?: string };

/** Puts a design into the tables, DECLARED, with the tiles that it names as what is proposed. */
export function declare(design: Design, nowUs: number, rows: Rows): Declared {
  const device = rows.get('select device_id from device where name = ?', design.device);
  if (device === undefined) {
    const names = rows.all('select name from device order by device_id').map((one) => String(one['name']));
    const message = `there is no device \`${design.device}\``;
    return { status: 'refused', message, help: `known devices: ${names.join(', ')}` };
  }
  if (rows.get('select 1 from design where name = ?', design.id) !== undefined)
    return { status: 'refused', message: `there is a design \`${design.id}\` already` };
  const deviceId = integerOf(device, 'device_id');
  const designId = insert(rows, 'design', 'design_id', {
    name: design.id,
    device_id: deviceId,
    min_col: design.columns?.[0] ?? null,
    max_col: design.columns?.[1] ?? null,
    min_row: design.rows?.[0] ?? null,
    max_row: design.rows?.[1] ?? null,
    arrived_us: nowUs,
  });
  const placeables = insertPlaceables(design, designId, deviceId, rows);
  if (typeof placeables === 'string') return { status: 'refused', message: placeables };
  insertWorkersAndLinks(design, deviceId, placeables, rows);
  design.fifos.forEach((fifo, position) => insertFifo(design, fifo, position, designId, placeables, rows));
  const idOf = (name: string): SqlValue => placeables.get(name) ?? null;
  for (const { source, destination } of design.cascades) {
    rows.run('insert into cascade_link (source, destination) values (?, ?)', idOf(source), idOf(destination));
  }
  for (const { core, owner } of design.memoryAccess)
    rows.run('insert into memory_access (accessor, owner) values (?, ?)', idOf(core), idOf(owner));
  insertBuffers(designId, rows);
  if (design.placement.size > 0) settleProposed(designId, rows);
  return { status: 'declared', design: designId };
}

function insert(rows: Rows, table: string, key: string, values: Readonly<Record<string, SqlValue>>): number {
  const next = rows.get(`select coalesce(max(${key}), 0) + 1 as next from ${table}`);
  const id = next === undefined ? 1 : integerOf(next, 'next');
  const names = Object.keys(values);
  rows.run(
    `insert into ${table} (${[key, ...names].join(', ')}) values (${['?', ...names.map(() => '?')].join(', ')})`,
    id,
    ...Object.values(values),
  );
  return id;
}

/** Numbers by name, or what is wrong with a tile that the design names. */
function insertPlaceables(
  design: Design,
  designId: number,
  deviceId: number,
  rows: Rows,
): ReadonlyMap<string, number> | string {
  const ids = new Map<string, number>();
  for (const { name, kind, tileKind } of placeablesOf(design)) {
    const where = design.where.get(name);
    const position = design.placement.get(name);
    const tile =
      position === undefined
        ? null
        : rows.get(
            'select tile_id from tile where device_id = ? and col = ? and row = ?',
            deviceId,
            ...position,
          );
    if (tile === undefined)
      return `\`${design.device}\` has no tile [${position?.join(', ') ?? ''}] for \`${name}\` of \`${design.id}\``;
    const id = insert(rows, 'placeable', 'placeable_id', {
      design_id: designId,
      name,
      kind,
      tile_kind: tileKind,
      min_col: where?.cols?.[0] ?? null,
      max_col: where?.cols?.[1] ?? null,
      min_row: where?.rows?.[0] ?? null,
      max_row: where?.rows?.[1] ?? null,
      controllable_tile: tile === null ? null : integerOf(tile, 'tile_id'),
    });
    ids.set(name, id);
  }
  return ids;
}

function insertWorkersAndLinks(
  design: Design,
  deviceId: number,
  placeables: ReadonlyMap<string, number>,
  rows: Rows,
): void {
  const limit = rows.get(
    `select l.stack_bytes from device as d join tile_limit as l on l.architecture = d.architecture and l.kind = 'core'
     where d.device_id = ?`,
    deviceId,
  );
  const stack = limit === undefined ? 0 : integerOf(limit, 'stack_bytes');
  for (const { id, role, stackBytes, buffers } of design.workers) {
    const placeable = placeables.get(id) ?? null;
    rows.run(
      'insert into worker (placeable_id, role, stack_bytes) values (?, ?, ?)',
      placeable,
      role,
      stackBytes ?? stack,
    );
    for (const buffer of buffers) {
      rows.run(
        'insert into worker_buffer (placeable_id, name, bytes, kind) values (?, ?, ?, ?)',
        placeable,
        buffer.id,
        buffer.bytes,
        buffer.kind,
      );
    }
  }
  for (const { id, kind } of design.links)
    rows.run('insert into link (placeable_id, kind) values (?, ?)', placeables.get(id) ?? null, kind);
}

function insertFifo(
  design: Design,
  fifo: DesignFifo,
  position: number,
  designId: number,
  placeables: ReadonlyMap<string, number>,
  rows: Rows,
): void {
  const fifoId = insert(rows, 'object_fifo', 'fifo_id', {
    design_id: designId,
    name: fifo.id,
    position,
    object_bytes: fifo.objBytes,
    shape: JSON.stringify(fifo.shape),
    dtype: fifo.dtype,
    via_dma: fifo.viaDma ? 1 : 0,
    repeat_count: fifo.repeatCount,
    stream_transform: fifo.streamTransform ? 1 : 0,
  });
  [fifo.producer, ...fifo.consumers].forEach((end, at) => {
    insert(rows, 'endpoint', 'endpoint_id', {
      fifo_id: fifoId,
      placeable_id: placeables.get(end.ref) ?? null,
      side: at === 0 ? 'producer' : 'consumer',
      position: at,
      depth: end.depth,
      max_acquire: end.maxAcquire,
      offset_elements: offsetOf(design, fifo.id, end, at === 0),
    });
  });
  for (const [direction, transfers] of [['fill', design.fills] as const, ['drain', design.drains] as const]) {
    for (const { tasks, hostArg, firstPattern } of transfers.filter((one) => one.fifo === fifo.id)) {
      insert(rows, 'transfer', 'transfer_id', {
        fifo_id: fifoId,
        direction,
        tasks,
        host_arg: hostArg,
        pattern: firstPattern === null ? null : JSON.stringify(firstPattern),
      });
    }
  }
}

/** Only the parts of a split or a join have offsets. */
function offsetOf(design: Design, fifo: string, end: DesignEnd, isProducer: boolean): number | null {
  if (end.kind !== 'link') return null;
  const link = design.links.find(({ id }) => id === end.ref);
  if (link === undefined || link.kind === 'forward') return null;
  const parts = link.kind === 'split' ? link.outputs : link.inputs;
  return (link.kind === 'split') === isProducer ? (link.offsetsElems[parts.indexOf(fifo)] ?? null) : null;
}

/**
 * Buffers of links get rows where a tile might overflow: each link takes a channel, so no tile holds more links than it
 * has channels, and where the largest of them fit together nothing ever has to lie elsewhere.
 */
function insertBuffers(designId: number, rows: Rows): void {
  const links = rows.all(
    `select p.placeable_id, o.depth, o.object_bytes, n.bytes, l.s2mm, l.data_bytes
     from placeable as p
     join link_owner as o on o.placeable_id = p.placeable_id
     join link_need as n on n.placeable_id = p.placeable_id
     join design as d on d.design_id = p.design_id
     join device as v on v.device_id = d.device_id
     join tile_limit as l on l.architecture = v.architecture and l.kind = 'mem'
     where p.design_id = ? and p.tile_kind = 'mem'
     order by n.bytes desc, p.placeable_id`,
    designId,
  );
  const [first] = links;
  if (first === undefined) return;
  const together = links.slice(0, integerOf(first, 's2mm'));
  const most = together.reduce((sum, link) => sum + integerOf(link, 'bytes'), 0);
  if (most <= integerOf(first, 'data_bytes')) return;
  for (const link of links) {
    for (let position = 0; position < integerOf(link, 'depth'); position += 1) {
      insert(rows, 'mem_buffer', 'mem_buffer_id', {
        placeable_id: integerOf(link, 'placeable_id'),
        position,
        bytes: integerOf(link, 'object_bytes'),
      });
    }
  }
}
