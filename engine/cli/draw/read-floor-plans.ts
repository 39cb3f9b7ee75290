import { must } from '../../base/assert.js';
import { DiagnosticError } from '../../base/diagnostic.js';
import type { SqlRecord } from '../../base/sql-value.js';
import { didYouMean } from '../../base/suggest.js';
import type { Rows } from '../../loop/controller.js';
import type { FifoWay, FloorPlan, PlanEnd, PlanFifo, PlanPart, PlanTile, TileUse } from './floor-plan.js';

/** Takes what is proposed for committed, so that the views of use tell of it. */
const TAKE_PROPOSED = [
  'update placeable set current_tile = coalesce(controllable_tile, current_tile)',
  'update mem_buffer set current_tile = coalesce(controllable_tile, current_tile)',
  `update object_fifo set current_sharing = coalesce(controllable_sharing, current_sharing, (
     select m.sharing
     from shareable as s
     join placeable as p on p.placeable_id = s.producer
     join placeable as c on c.placeable_id = s.consumer
     join shared_memory as m on m.producer_tile = p.current_tile and m.consumer_tile = c.current_tile
     where s.fifo_id = object_fifo.fifo_id
   ), 0)
   where fifo_id in (select fifo_id from shareable)`,
];

/**
 * One plan per device that has a placed design, or only that of `design`.
 * Throws DiagnosticError: import/unknown-instance, export/undecided.
 * INVARIANT: `rows` are a copy that nobody else reads; what is proposed is made to be committed in it.
 */
export function readFloorPlans(rows: Rows, design: string | null): readonly FloorPlan[] {
  for (const sql of TAKE_PROPOSED) rows.run(sql);
  if (design !== null) keepOnly(rows, design);
  const devices = rows.all(
    `select v.device_id, v.name, v.col_count, v.row_count
     from device as v
     where exists (
       select 1 from design as d join placeable as p on p.design_id = d.design_id
       where d.device_id = v.device_id and p.current_tile is not null and d.status not in ('REMOVED', 'FAILED'))
     order by v.device_id`,
  );
  if (devices.length === 0) {
    throw new DiagnosticError([
      {
        code: 'export/undecided',
        severity: 'error',
        message: 'no design has a tile yet',
        help: '`edict solve --controller npu` places them',
      },
    ]);
  }
  return devices.map((device) => planOf(rows, device));
}

/** Leaves one design in the copy, so that use is that of it alone. */
function keepOnly(rows: Rows, design: string): void {
  if (rows.get('select 1 from design where name = ?', design) === undefined) {
    const names = rows.all('select name from design order by design_id').map(({ name }) => String(name));
    throw new DiagnosticError([
      {
        code: 'import/unknown-instance',
        severity: 'error',
        message: `the database has no design \`${design}\``,
        help: didYouMean(design, names) ?? `it has ${names.map((name) => `\`${name}\``).join(', ')}`,
      },
    ]);
  }
  rows.run(
    `update placeable set current_tile = null
     where design_id <> (select design_id from design where name = ?)`,
    design,
  );
}

function planOf(rows: Rows, device: SqlRecord): FloorPlan {
  const id = device['device_id'] ?? null;
  const parts = new Map<string, PlanPart[]>();
  const placed = rows.all(
    `select t.col, t.row, p.name, p.kind, d.name as design
     from placeable as p
     join design as d on d.design_id = p.design_id
     join tile as t on t.tile_id = p.current_tile
     where t.device_id = ? and d.status not in ('REMOVED', 'FAILED')
     order by p.placeable_id`,
    id,
  );
  for (const row of placed) {
    const key = placeKey(row);
    const part: PlanPart = {
      design: String(row['design']),
      name: String(row['name']),
      kind: String(row['kind']) as PlanPart['kind'],
    };
    parts.set(key, [...(parts.get(key) ?? []), part]);
  }
  const tiles = rows.all(
    `select
       t.col, t.row, t.kind, t.usable = 1 and t.has_dma = 1 as usable,
       coalesce(u.s2mm, 0) as s2mm, l.s2mm as s2mm_limit,
       coalesce(u.mm2s, 0) as mm2s, l.mm2s as mm2s_limit,
       coalesce(u.bds, 0) + coalesce(u.task_bds, 0) as descriptors, l.bds as descriptors_limit,
       coalesce(u.locks, 0) as locks, l.locks as locks_limit,
       coalesce(u.bytes, 0) as bytes, l.data_bytes as bytes_limit
     from tile as t
     join device as v on v.device_id = t.device_id
     join tile_limit as l on l.architecture = v.architecture and l.kind = t.kind
     left join tile_use as u on u.tile_id = t.tile_id
     where t.device_id = ?
     order by t.col, t.row`,
    id,
  );
  const fifos = fifosOf(rows, id);
  return {
    device: String(device['name']),
    designs: [...new Set(placed.map((row) => String(row['design'])))],
    columns: Number(device['col_count']),
    rows: Number(device['row_count']),
    tiles: tiles.map((row): PlanTile => {
      return {
        col: Number(row['col']),
        row: Number(row['row']),
        kind: String(row['kind']) as PlanTile['kind'],
        usable: Number(row['usable']) === 1,
        parts: parts.get(placeKey(row)) ?? [],
        use: useOf(row),
      };
    }),
    fifos,
  };
}

const placeKey = (row: SqlRecord): string => `${String(row['col'])},${String(row['row'])}`;

function useOf(row: SqlRecord): TileUse {
  const used = (name: string): TileUse['s2mm'] => ({
    used: Number(row[name]),
    limit: Number(row[`${name}_limit`]),
  });
  return {
    s2mm: used('s2mm'),
    mm2s: used('mm2s'),
    descriptors: used('descriptors'),
    locks: used('locks'),
    bytes: used('bytes'),
  };
}

/** Fifos all of whose ends are placed. */
function fifosOf(rows: Rows, device: SqlRecord[string]): readonly PlanFifo[] {
  const ends = rows.all(
    `select
       d.name as design, f.fifo_id, f.name, f.object_bytes, e.position, e.depth, p.name as part, t.col, t.row,
       case
         when w.way <> 'shareable' then w.way
         when f.current_sharing > 0 then 'shared'
         else 'dma'
       end as way,
       f.current_sharing as sharing
     from endpoint as e
     join object_fifo as f on f.fifo_id = e.fifo_id
     join fifo_way as w on w.fifo_id = f.fifo_id
     join design as d on d.design_id = f.design_id
     join placeable as p on p.placeable_id = e.placeable_id
     left join tile as t on t.tile_id = p.current_tile
     where d.device_id = ? and d.status not in ('REMOVED', 'FAILED')
     order by f.design_id, f.position, f.fifo_id, e.position`,
    device,
  );
  const byFifo = new Map<number, SqlRecord[]>();
  for (const end of ends) {
    const fifo = Number(end['fifo_id']);
    byFifo.set(fifo, [...(byFifo.get(fifo) ?? []), end]);
  }
  return [...byFifo.values()].flatMap((all): readonly PlanFifo[] => {
    if (all.some(({ col }) => col === null)) return [];
    const first = must(all[0], 'an end of a fifo');
    const way = String(first['way']) as FifoWay;
    const [producer, ...consumers] = all.map((end): PlanEnd => {
      return {
        part: String(end['part']),
        col: Number(end['col']),
        row: Number(end['row']),
        depth: Number(end['depth']),
      };
    });
    const from = must(producer, 'a producer');
    const holder = Number(first['sharing']) === 2 ? must(consumers[0], 'a consumer') : from;
    return [
      {
        design: String(first['design']),
        name: String(first['name']),
        way,
        objectBytes: Number(first['object_bytes']),
        producer: from,
        consumers,
        memory: way === 'shared' ? [holder.col, holder.row] : null,
      },
    ];
  });
}
