import type { SqlRecord } from '../../../base/sql-value.js';
import type { Rows } from '../../../loop/controller.js';
import { integerOf, nullableOf } from '../integer-of.js';
import type {
  HalfLimit,
  LinkBuffer,
  LinkEnd,
  Net,
  Pair,
  Part,
  PlaceProblem,
  Shareable,
  Tile,
} from './problem.js';

/** The design as the views of schema/50_npu.sql have it; other live designs only take their columns away. */
export function readProblem(design: number, rows: Rows): PlaceProblem {
  const tiles = readTiles(design, rows);
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
  };
}

function readTiles(design: number, rows: Rows): Tile[] {
  return rows
    .all(
      `select t.tile_id, t.col, t.row, t.kind, t.s2mm, t.mm2s, t.bds, t.locks, t.data_bytes
       from live_tile as t
       join design as d on d.device_id = t.device_id
       where d.design_id = ? and t.usable = 1 and t.has_dma = 1
       order by t.tile_id`,
      design,
    )
    .map((record) => ({
      id: integerOf(record, 'tile_id'),
      col: integerOf(record, 'col'),
      row: integerOf(record, 'row'),
      kind: String(record['kind']),
      has: ['s2mm', 'mm2s', 'bds', 'locks', 'data_bytes'].map((name) => integerOf(record, name)),
    }));
}

/** Columns that a placed design spans, with those between: no other design gets a tile there. */
const TAKEN = `
  select t.col from tile as t
  join (
    select min(u.col) as low, max(u.col) as high, u.device_id
    from placeable as q
    join design as e on e.design_id = q.design_id
    join tile as u on u.tile_id = q.current_tile
    where e.status in ('PLACED', 'RESOLVED') and e.design_id <> d.design_id and u.device_id = d.device_id
    group by e.design_id
  ) as s on t.device_id = s.device_id and t.col between s.low and s.high`;

function readParts(
  design: number,
  rows: Rows,
  tiles: readonly Tile[],
  at: ReadonlyMap<number, number>,
): Part[] {
  const candidates = group(
    rows.all(
      `select p.placeable_id, t.tile_id
       from placeable as p
       join design as d on d.design_id = p.design_id
       join tile as t on t.device_id = d.device_id and t.kind = p.tile_kind and t.usable = 1 and t.has_dma = 1
       where
         p.design_id = ?
         and t.col between coalesce(p.min_col, 0) and coalesce(p.max_col, 99)
         and t.row between coalesce(p.min_row, 0) and coalesce(p.max_row, 99)
         and t.col between coalesce(d.min_col, 0) and coalesce(d.max_col, 99)
         and (p.tile_kind <> 'core' or t.row between coalesce(d.min_row, 0) and coalesce(d.max_row, 99))
         and t.col not in (${TAKEN})
       order by p.placeable_id, t.tile_id`,
      design,
    ),
    (record) => at.get(integerOf(record, 'tile_id')) ?? -1,
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
  const position = (id: number | null): number | null => (id === null ? null : (at.get(id) ?? null));
  return rows
    .all(
      `select p.*, n.s2mm, n.mm2s, n.bds + n.task_bds as all_bds, n.locks, n.bytes
       from placeable as p join placeable_need as n on n.placeable_id = p.placeable_id
       where p.design_id = ? order by p.placeable_id`,
      design,
    )
    .map((record) => {
      const id = integerOf(record, 'placeable_id');
      const hint = nullableOf(record, 'previous_tile') ?? nullableOf(record, 'controllable_tile');
      return {
        id,
        name: String(record['name']),
        kind: String(record['kind']),
        tileKind: String(record['tile_kind']),
        candidates: (candidates.get(id) ?? []).filter((one) => one >= 0 && one < tiles.length),
        needs: ['s2mm', 'mm2s', 'all_bds', 'locks', 'bytes'].map((name) => integerOf(record, name)),
        ends: ends.get(id) ?? [],
        buffers: buffers.get(id) ?? [],
        previous: position(hint),
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
    `select producer_tile as first, consumer_tile as second, sharing as value from shared_memory
     where producer_tile between ? and ?`,
  );
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
