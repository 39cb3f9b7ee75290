import { integerOf, nullableOf } from '../../../base/integer-column.js';
import { must } from '../../../base/assert.js';
import type { SqlRecord } from '../../../base/sql-value.js';
import type { Rows } from '../../../loop/controller.js';
import type {
  HalfLimit,
  Line,
  LinkBuffer,
  LinkEnd,
  Net,
  Pair,
  Part,
  PlaceProblem,
  Shareable,
  Tile,
} from './problem.js';

/**
 * The design as the views of schema/50_npu.sql have it; other live designs only take their columns away.
 * `device` is another one of the same architecture, to ask whether the design would fit there.
 */
export function readProblem(design: number, rows: Rows, device: number | null = null): PlaceProblem {
  const on = device ?? deviceOf(design, rows);
  const tiles = readTiles(on, rows);
  const at = new Map(tiles.map(({ id }, i) => [id, i]));
  const parts = readParts(design, rows, tiles, at);
  const partAt = new Map(parts.map(({ id }, i) => [id, i]));
  const part = (record: SqlRecord, column: string): number => partAt.get(integerOf(record, column)) ?? -1;
  const shareables = rows
    .all('select * from shareable where design_id = ? order by fifo_id', design)
    .map((record): Shareable => ({
      id: integerOf(record, 'fifo_id'),
      producer: part(record, 'producer'),
      consumer: part(record, 'consumer'),
      producerDma: [0, 1, ...['bds', 'locks', 'bytes'].map((name) => integerOf(record, `producer_${name}`))],
      consumerDma: [1, 0, ...['bds', 'locks', 'bytes'].map((name) => integerOf(record, `consumer_${name}`))],
      shared: [0, 0, 0, integerOf(record, 'shared_locks'), integerOf(record, 'shared_bytes')],
    }));
  const pairs = rows
    .all(
      `select 'cascade' as rule, source as first, destination as second from cascade_link
       join placeable as p on p.placeable_id = source where p.design_id = ?1
       union all
       select 'memory_access', accessor, owner from memory_access
       join placeable as p on p.placeable_id = accessor where p.design_id = ?1
       order by 1, 2, 3`.replaceAll('?1', String(design)),
    )
    .map((record): Pair => ({
      rule: record['rule'] === 'cascade' ? 'cascade' : 'memory_access',
      first: part(record, 'first'),
      second: part(record, 'second'),
    }));
  return {
    tiles,
    parts,
    shareables,
    nets: readNets(design, rows, part),
    pairs,
    ...readNeighbours(rows, tiles, at),
    half: readHalf(design, rows),
    taken: device === null ? readTaken(design, on, rows) : [],
    lines: readLines(on, rows),
  };
}

/** Number of the device that a design is for. */
export function deviceOf(design: number, rows: Rows): number {
  const record = rows.get('select device_id from design where design_id = ?', design);
  return record === undefined ? -1 : integerOf(record, 'device_id');
}

function readLines(device: number, rows: Rows): Line[] {
  return rows
    .all(
      'select dimension, first, onward, back from live_line where device_id = ? order by dimension, first',
      device,
    )
    .map((record) => ({
      dimension: record['dimension'] === 'row' ? 'row' : 'col',
      first: integerOf(record, 'first'),
      onward: integerOf(record, 'onward'),
      back: integerOf(record, 'back'),
    }));
}

function readTiles(device: number, rows: Rows): Tile[] {
  return rows
    .all(
      `select t.tile_id, t.col, t.row, t.kind, l.s2mm, l.mm2s, l.bds, l.locks, l.data_bytes
       from tile as t
       join device as v on v.device_id = t.device_id
       join tile_limit as l on l.architecture = v.architecture and l.kind = t.kind
       where t.device_id = ? and t.usable = 1 and t.has_dma = 1
       order by t.tile_id`,
      device,
    )
    .map((record) => ({
      id: integerOf(record, 'tile_id'),
      col: integerOf(record, 'col'),
      row: integerOf(record, 'row'),
      kind: String(record['kind']),
      has: ['s2mm', 'mm2s', 'bds', 'locks', 'data_bytes'].map((name) => integerOf(record, name)),
    }));
}

/** Lowest and highest column of each placed design: no other design gets a tile there, or on both sides of it. */
function readTaken(design: number, device: number, rows: Rows): (readonly [number, number])[] {
  return rows
    .all(
      `select min(t.col) as low, max(t.col) as high
       from placeable as p
       join design as d on d.design_id = p.design_id
       join tile as t on t.tile_id = p.current_tile
       where d.status in ('PLACED', 'RESOLVED') and d.design_id <> ? and t.device_id = ?
       group by d.design_id order by 1`,
      design,
      device,
    )
    .map((record) => [integerOf(record, 'low'), integerOf(record, 'high')]);
}

function readParts(
  design: number,
  rows: Rows,
  tiles: readonly Tile[],
  at: ReadonlyMap<number, number>,
): Part[] {
  const bounds = rows.all(
    `select p.placeable_id, p.min_col, p.max_col, p.min_row, p.max_row,
       d.min_col as design_min_col, d.max_col as design_max_col,
       iif(p.tile_kind = 'core', d.min_row, null) as design_min_row,
       iif(p.tile_kind = 'core', d.max_row, null) as design_max_row
     from placeable as p join design as d on d.design_id = p.design_id where d.design_id = ?`,
    design,
  );
  const boundsOf = new Map(bounds.map((record) => [integerOf(record, 'placeable_id'), record]));
  const isWithin = (record: SqlRecord | undefined, { col, row }: Tile): boolean =>
    record !== undefined &&
    ['', 'design_'].every(
      (of) =>
        col >= (nullableOf(record, `${of}min_col`) ?? 0) &&
        col <= (nullableOf(record, `${of}max_col`) ?? Infinity) &&
        row >= (nullableOf(record, `${of}min_row`) ?? 0) &&
        row <= (nullableOf(record, `${of}max_row`) ?? Infinity),
    );
  const ends = group(
    rows.all(
      `select e.placeable_id, e.endpoint_id, n.s2mm, n.bds
       from endpoint as e
       join endpoint_need as n on n.endpoint_id = e.endpoint_id
       join placeable as p on p.placeable_id = e.placeable_id
       join design as d on d.design_id = p.design_id
       join device as v on v.device_id = d.device_id
       join tile_limit as l on l.architecture = v.architecture and l.kind = p.tile_kind and l.bd_halves = 2
       where p.design_id = ?
       order by e.endpoint_id`,
      design,
    ),
    (record): LinkEnd => ({
      id: integerOf(record, 'endpoint_id'),
      direction: integerOf(record, 's2mm') === 1 ? 's2mm' : 'mm2s',
      bds: integerOf(record, 'bds'),
    }),
  );
  const buffers = group(
    rows.all(
      `select b.placeable_id, b.mem_buffer_id, b.bytes from mem_buffer as b
       join placeable as p on p.placeable_id = b.placeable_id
       where p.design_id = ? order by b.mem_buffer_id`,
      design,
    ),
    (record): LinkBuffer => ({ id: integerOf(record, 'mem_buffer_id'), bytes: integerOf(record, 'bytes') }),
  );
  return rows
    .all(
      `select p.*, n.s2mm, n.mm2s, n.bds + n.task_bds as all_bds, n.locks, n.bytes
       from placeable as p join placeable_need as n on n.placeable_id = p.placeable_id
       where p.design_id = ? order by p.placeable_id`,
      design,
    )
    .map((record) => {
      const id = integerOf(record, 'placeable_id');
      const before = nullableOf(record, 'previous_tile');
      const previous = at.get(before ?? nullableOf(record, 'controllable_tile') ?? -1) ?? null;
      const unpinned = tiles.flatMap(({ kind }, tile) => (kind === record['tile_kind'] ? [tile] : []));
      return {
        id,
        name: String(record['name']),
        kind: String(record['kind']),
        tileKind: String(record['tile_kind']),
        candidates: unpinned.filter((tile) => isWithin(boundsOf.get(id), must(tiles[tile], 'the tile'))),
        unpinned,
        needs: ['s2mm', 'mm2s', 'all_bds', 'locks', 'bytes'].map((name) => integerOf(record, name)),
        ends: ends.get(id) ?? [],
        buffers: buffers.get(id) ?? [],
        previous,
        wasPlaced: before !== null && previous !== null,
      };
    });
}

function group<T>(records: readonly SqlRecord[], made: (record: SqlRecord) => T): ReadonlyMap<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const record of records) {
    const id = integerOf(record, 'placeable_id');
    const members = groups.get(id);
    if (members === undefined) groups.set(id, [made(record)]);
    else members.push(made(record));
  }
  return groups;
}

function readNets(design: number, rows: Rows, part: (record: SqlRecord, column: string) => number): Net[] {
  const records = rows.all(
    `select e.fifo_id, e.position, e.placeable_id
     from endpoint as e join fifo_way as w on w.fifo_id = e.fifo_id
     where w.way = 'dma' and w.design_id = ? order by e.fifo_id, e.position`,
    design,
  );
  const nets: { id: number; producer: number; consumers: number[] }[] = [];
  for (const record of records) {
    const at = part(record, 'placeable_id');
    if (integerOf(record, 'position') === 0)
      nets.push({ id: integerOf(record, 'fifo_id'), producer: at, consumers: [] });
    else nets.at(-1)?.consumers.push(at);
  }
  return nets;
}

function readNeighbours(
  rows: Rows,
  tiles: readonly Tile[],
  at: ReadonlyMap<number, number>,
): Pick<PlaceProblem, 'sharing' | 'mayPair' | 'beside'> {
  const count = tiles.length;
  const within = tiles.length === 0 ? [0, 0] : [tiles[0]?.id ?? 0, tiles.at(-1)?.id ?? 0];
  const pairsOf = (sql: string): (readonly [number, number, number])[] =>
    rows.all(sql, ...within).flatMap((record) => {
      const first = at.get(integerOf(record, 'first'));
      const second = at.get(integerOf(record, 'second'));
      return first === undefined || second === undefined
        ? []
        : [[first, second, integerOf(record, 'value')] as const];
    });
  const table = (sql: string): Int8Array => {
    const values = new Int8Array(count * count);
    for (const [first, second, value] of pairsOf(sql)) values[first * count + second] = value;
    return values;
  };
  const sharing = table(
    `select r.memory_tile as first, r.tile_id as second, 1 as value from memory_reach as r where r.tile_id between ? and ?`,
  );
  // Of tiles side by side one reaches the other's memory, and the shared buffers are there.
  const besides = pairsOf(
    `select r.tile_id as first, r.memory_tile as second, 2 as value
     from memory_reach as r
     join tile as t on t.tile_id = r.tile_id
     join tile as m on m.tile_id = r.memory_tile
     where m.col <> t.col and r.tile_id between ? and ?`,
  );
  for (const [first, second, value] of besides) sharing[first * count + second] = value;
  const cascade = table(
    `select source_tile as first, destination_tile as second, 1 as value from cascade_step
     where source_tile between ? and ?`,
  );
  const reach = table(
    'select tile_id as first, memory_tile as second, 1 as value from memory_reach where tile_id between ? and ?',
  );
  const beside = new Map<number, number[]>();
  for (let tile = 0; tile < count; tile += 1) {
    if (tiles[tile]?.kind !== 'mem') continue;
    const reached = tiles.flatMap((_one, other) => (reach[tile * count + other] === 1 ? [other] : []));
    beside.set(tile, reached);
  }
  return {
    sharing: (producer, consumer) => (sharing[producer * count + consumer] ?? 0) as 0 | 1 | 2,
    mayPair: (rule, first, second) => (rule === 'cascade' ? cascade : reach)[first * count + second] === 1,
    beside: (tile) => beside.get(tile) ?? [],
  };
}

function readHalf(design: number, rows: Rows): HalfLimit | null {
  const record = rows.get(
    `select l.bds / 2 as bds, l.s2mm / 2 as channels, l.neighbour_channels / 2 as neighbours
     from design as d
     join device as v on v.device_id = d.device_id
     join tile_limit as l on l.architecture = v.architecture and l.kind = 'mem' and l.bd_halves = 2
     where d.design_id = ?`,
    design,
  );
  if (record === undefined) return null;
  return {
    bds: integerOf(record, 'bds'),
    channels: integerOf(record, 'channels'),
    neighbourChannels: integerOf(record, 'neighbours'),
  };
}
