-- NPU controller: which tile of an array of AI engines each part of a design takes (IRON, thesis 7).
-- Decided are `placeable.controllable_tile`, `object_fifo.controllable_sharing`, `endpoint.controllable_bd_half` and
-- `mem_buffer.controllable_tile`. Ground views read only committed columns, never `controllable_*`.
-- Facts of devices come from mlir-aie: include/aie/Dialect/AIE/IR/AIETargetModel.h, lib/.../AIETargetModel.cpp.

-- An array of tiles, or the part of one that a partition shows.
create table device (
  -- Number of the device; tiles are numbered with it.
  device_id integer primary key,
  -- Name as mlir-aie has it.
  name text not null unique,
  -- Family that limits and neighbourhoods depend on.
  architecture text not null check (architecture in ('AIE1', 'AIE2', 'AIE2P')),
  -- Number of columns.
  col_count integer not null check (col_count > 0),
  -- Number of rows.
  row_count integer not null check (row_count > 1),
  -- How many rows above the shim row are memory tiles.
  mem_row_count integer not null check (mem_row_count >= 0),
  -- Columns whose shim tile has DMA channels to main memory, a JSON array; null where all have.
  noc_cols text check (noc_cols is null or json_valid(noc_cols)),
  -- Where the figures come from.
  source text not null
) strict;

insert into device (device_id, name, architecture, col_count, row_count, mem_row_count, noc_cols, source) values
  (1, 'npu1_1col', 'AIE2', 1, 6, 1, null, 'AIETargetModel.h, VirtualizedNPU1TargetModel'),
  (2, 'npu1_2col', 'AIE2', 2, 6, 1, null, 'AIETargetModel.h, VirtualizedNPU1TargetModel'),
  (3, 'npu1_3col', 'AIE2', 3, 6, 1, null, 'AIETargetModel.h, VirtualizedNPU1TargetModel'),
  (4, 'npu1_4col', 'AIE2', 4, 6, 1, null, 'AIETargetModel.h, NPU1TargetModel; Phoenix and Hawk Point, `npu1`'),
  (11, 'npu2_1col', 'AIE2P', 1, 6, 1, null, 'AIETargetModel.h, VirtualizedNPU2TargetModel'),
  (12, 'npu2_2col', 'AIE2P', 2, 6, 1, null, 'AIETargetModel.h, VirtualizedNPU2TargetModel'),
  (13, 'npu2_3col', 'AIE2P', 3, 6, 1, null, 'AIETargetModel.h, VirtualizedNPU2TargetModel'),
  (14, 'npu2_4col', 'AIE2P', 4, 6, 1, null, 'AIETargetModel.h, VirtualizedNPU2TargetModel'),
  (15, 'npu2_5col', 'AIE2P', 5, 6, 1, null, 'AIETargetModel.h, VirtualizedNPU2TargetModel'),
  (16, 'npu2_6col', 'AIE2P', 6, 6, 1, null, 'AIETargetModel.h, VirtualizedNPU2TargetModel'),
  (17, 'npu2_7col', 'AIE2P', 7, 6, 1, null, 'AIETargetModel.h, VirtualizedNPU2TargetModel'),
  (18, 'npu2', 'AIE2P', 8, 6, 1, null, 'AIETargetModel.h, NPU2TargetModel; Strix and Krackan Point'),
  (21, 'xcvc1902', 'AIE1', 50, 9, 0, '[2,3,6,7,10,11,18,19,26,27,34,35,42,43,46,47]',
    'AIETargetModel.cpp, VC1902TargetModel'),
  (22, 'xcve2302', 'AIE2', 17, 4, 1, '[2,3,6,7,10,11]', 'AIETargetModel.cpp, VE2302TargetModel'),
  (23, 'xcve2802', 'AIE2', 38, 11, 2, '[2,3,6,7,14,15,22,23,30,31,34,35]', 'AIETargetModel.cpp, VE2802TargetModel');

-- What one tile of a kind has.
create table tile_limit (
  -- Family of devices.
  architecture text not null check (architecture in ('AIE1', 'AIE2', 'AIE2P')),
  -- Kind of tile.
  kind text not null check (kind in ('shim', 'mem', 'core')),
  -- DMA channels from stream to memory.
  s2mm integer not null check (s2mm >= 0),
  -- DMA channels from memory to stream.
  mm2s integer not null check (mm2s >= 0),
  -- Buffer descriptors.
  bds integer not null check (bds >= 0),
  -- 2 where channels of even number reach only the lower half of the descriptors and odd ones the upper half; else 1.
  bd_halves integer not null check (bd_halves in (1, 2)),
  -- Locks.
  locks integer not null check (locks >= 0),
  -- Greatest value of a lock.
  lock_value_max integer not null check (lock_value_max >= 1),
  -- 1 where an object fifo takes a lock per buffer, 0 where it takes two semaphores.
  lock_per_buffer integer not null check (lock_per_buffer in (0, 1)),
  -- Data memory, bytes.
  data_bytes integer not null check (data_bytes >= 0),
  -- Banks of the data memory.
  banks integer not null check (banks >= 0),
  -- Program memory, bytes (UG1076); no policy checks it, as designs do not tell the size of a program.
  program_bytes integer not null check (program_bytes >= 0),
  -- Stack of a worker that asks for no other size, bytes.
  stack_bytes integer not null check (stack_bytes >= 0),
  -- Channels of each direction, from 0, that reach the memory of the tiles east and west.
  neighbour_channels integer not null check (neighbour_channels >= 0),
  -- Streams of the switch towards north.
  north_streams integer not null check (north_streams >= 0),
  -- Streams towards south.
  south_streams integer not null check (south_streams >= 0),
  -- Streams towards east, and as many towards west.
  side_streams integer not null check (side_streams >= 0),
  -- Dimensions of a buffer descriptor, beside the iteration.
  bd_dims integer not null check (bd_dims >= 1),
  -- Greatest wrap of the two innermost dimensions; the innermost counts words of 4 bytes.
  wrap_max integer not null check (wrap_max >= 1),
  -- Greatest stride, words of 4 bytes.
  stride_max integer not null check (stride_max >= 1),
  -- Greatest count of the iteration.
  iteration_max integer not null check (iteration_max >= 1),
  -- Where the figures come from.
  source text not null,
  primary key (architecture, kind)
) strict, without rowid;

insert into tile_limit (
  architecture, kind, s2mm, mm2s, bds, bd_halves, locks, lock_value_max, lock_per_buffer, data_bytes, banks, program_bytes,
  stack_bytes, neighbour_channels, north_streams, south_streams, side_streams, bd_dims, wrap_max, stride_max,
  iteration_max, source
) values
  ('AIE1', 'shim', 2, 2, 16, 1, 16, 1, 1, 0, 0, 0, 0, 0, 6, 6, 4, 3, 1023, 1048576, 64, 'AIETargetModel.h, AIE1TargetModel'),
  ('AIE1', 'core', 2, 2, 16, 1, 16, 1, 1, 32768, 4, 16384, 1024, 0, 6, 4, 4, 3, 255, 8192, 64,
    'AIETargetModel.h, AIE1TargetModel'),
  ('AIE2', 'shim', 2, 2, 16, 1, 16, 63, 0, 0, 0, 0, 0, 0, 6, 6, 4, 3, 1023, 1048576, 64,
    'AIETargetModel.h, AIE2TargetModel; AIEXDialect.cpp verifyStridesWraps'),
  ('AIE2', 'mem', 6, 6, 48, 2, 64, 63, 0, 524288, 8, 0, 0, 4, 6, 4, 0, 4, 1023, 131072, 64,
    'AIETargetModel.h, AIE2TargetModel, isBdChannelAccessible'),
  ('AIE2', 'core', 2, 2, 16, 1, 16, 63, 0, 65536, 4, 16384, 1024, 0, 6, 4, 4, 3, 255, 8192, 64,
    'AIETargetModel.h, AIE2TargetModel'),
  ('AIE2P', 'shim', 2, 2, 16, 1, 16, 63, 0, 0, 0, 0, 0, 0, 6, 6, 4, 3, 1023, 1048576, 64,
    'AIETargetModel.h, AIE2TargetModel; AIEXDialect.cpp verifyStridesWraps'),
  ('AIE2P', 'mem', 6, 6, 48, 2, 64, 63, 0, 524288, 8, 0, 0, 4, 6, 4, 0, 4, 1023, 131072, 64,
    'AIETargetModel.h, AIE2TargetModel, isBdChannelAccessible'),
  ('AIE2P', 'core', 2, 2, 16, 1, 16, 63, 0, 65536, 4, 16384, 1024, 0, 6, 4, 4, 3, 255, 8192, 64,
    'AIETargetModel.h, AIE2TargetModel');

-- A tile of a device.
create table tile (
  -- Number of the device, two digits of column, two digits of row: 40201 is column 2, row 1 of device 4.
  tile_id integer primary key,
  -- Device that it is part of.
  device_id integer not null references device,
  -- Column, from 0 in the west.
  col integer not null check (col >= 0),
  -- Row, from 0 in the south.
  row integer not null check (row >= 0),
  -- What it is.
  kind text not null check (kind in ('shim', 'mem', 'core')),
  -- 1 where it has DMA channels; shim tiles of some columns reach the programmable logic alone.
  has_dma integer not null check (has_dma in (0, 1)),
  -- 0 where it must not be used, such as a tile that is found broken.
  usable integer not null default 1 check (usable in (0, 1)),
  unique (device_id, col, row)
) strict;

insert into tile (tile_id, device_id, col, row, kind, has_dma)
with recursive
  number (n) as (select 0 union all select n + 1 from number where n < 63)
select
  d.device_id * 10000 + c.n * 100 + r.n,
  d.device_id,
  c.n,
  r.n,
  case when r.n = 0 then 'shim' when r.n <= d.mem_row_count then 'mem' else 'core' end,
  case when r.n > 0 or d.noc_cols is null then 1 else exists (select 1 from json_each(d.noc_cols) where value = c.n) end
from device as d
join number as c on c.n < d.col_count
join number as r on r.n < d.row_count
order by 1;

-- Which memory a tile reaches beside its own: a core that of its neighbours, the DMA of a memory tile that of those
-- east and west. AIE2 cores reach west, north and south; AIE1 cores of even rows reach east instead of west.
create table memory_reach (
  -- Tile that reaches out.
  tile_id integer not null references tile,
  -- Tile whose memory it reaches.
  memory_tile integer not null references tile,
  primary key (tile_id, memory_tile)
) strict, without rowid;

insert into memory_reach (tile_id, memory_tile)
select t.tile_id, m.tile_id
from tile as t
join device as d on d.device_id = t.device_id
join tile as m on m.device_id = t.device_id and m.kind = t.kind
where
  (t.kind = 'core' and m.col = t.col and abs(m.row - t.row) = 1)
  or (
    t.kind = 'core'
    and m.row = t.row
    and m.col = t.col + case when d.architecture = 'AIE1' and t.row % 2 = 0 then 1 else -1 end
  )
  or (t.kind = 'mem' and m.row = t.row and abs(m.col - t.col) = 1)
order by 1, 2;

-- Pairs of core tiles that a cascade may join: from north to south, from west to east.
create table cascade_step (
  -- Tile that sends.
  source_tile integer not null references tile,
  -- Tile that receives.
  destination_tile integer not null references tile,
  primary key (source_tile, destination_tile)
) strict, without rowid;

insert into cascade_step (source_tile, destination_tile)
select s.tile_id, t.tile_id
from tile as s
join tile as t on t.device_id = s.device_id and t.kind = 'core'
where s.kind = 'core' and ((t.col = s.col and t.row = s.row - 1) or (t.row = s.row and t.col = s.col + 1))
order by 1, 2;

-- Half of the buffer descriptors of a memory tile: those that channels of one parity reach.
create table bd_half (
  -- Twice the tile's number, and 1 more for odd channels.
  bd_half_id integer primary key,
  -- Tile that has it.
  tile_id integer not null references tile,
  -- 0 for channels 0, 2, 4; 1 for channels 1, 3, 5.
  parity integer not null check (parity in (0, 1)),
  -- Channels of each direction with this parity.
  channels integer not null check (channels > 0),
  -- Those of them that reach the neighbours' memory.
  neighbour_channels integer not null check (neighbour_channels >= 0),
  -- Buffer descriptors that they reach.
  bds integer not null check (bds > 0),
  unique (tile_id, parity)
) strict;

insert into bd_half (bd_half_id, tile_id, parity, channels, neighbour_channels, bds)
select 2 * t.tile_id + p.value, t.tile_id, p.value, l.s2mm / 2, l.neighbour_channels / 2, l.bds / 2
from tile as t
join device as d on d.device_id = t.device_id
join tile_limit as l on l.architecture = d.architecture and l.kind = t.kind
join json_each('[0,1]') as p
where l.bd_halves = 2
order by 1;

-- A program for an array of tiles: workers, and object fifos between them.
create table design (
  -- Number of the design.
  design_id integer primary key,
  -- Name, as users call it.
  name text not null unique,
  -- Device that it is placed on.
  device_id integer not null references device,
  -- DECLARED: to be placed. PLACED: every part has a tile. RESOLVED: the compiler took it. FAILED: no legal placement,
  -- or the compiler refused it. REMOVED: its tiles are free again.
  status text not null default 'DECLARED' check (status in ('DECLARED', 'PLACED', 'RESOLVED', 'FAILED', 'REMOVED')),
  -- Lowest column that it may use; null for no bound.
  min_col integer check (min_col >= 0),
  -- Highest column that it may use; null for no bound.
  max_col integer check (max_col >= 0),
  -- Lowest row that its workers may use; null for no bound.
  min_row integer check (min_row >= 0),
  -- Highest row that its workers may use; null for no bound.
  max_row integer check (max_row >= 0),
  -- When it was declared, microseconds.
  arrived_us integer not null default 0,
  -- Why it failed, in words; null unless FAILED.
  failed_reason text,
  check ((status = 'FAILED') = (failed_reason is not null))
) strict;

-- What takes a tile: a worker, a link of object fifos, or an end of one in main memory.
create table placeable (
  -- Number of the part.
  placeable_id integer primary key,
  -- Design that it belongs to.
  design_id integer not null references design on delete cascade,
  -- Name within the design, such as `w0`, `l0`, `shim:in`.
  name text not null,
  -- What it is.
  kind text not null check (kind in ('worker', 'link', 'runtime')),
  -- Kind of tile that it needs: any_core, any_mem or any_shim of IRON.
  tile_kind text not null check (tile_kind in ('core', 'mem', 'shim')),
  -- Lowest column that it may take; null for no bound. A pin has both bounds equal.
  min_col integer check (min_col >= 0),
  -- Highest column that it may take; null for no bound.
  max_col integer check (max_col >= 0),
  -- Lowest row that it may take; null for no bound.
  min_row integer check (min_row >= 0),
  -- Highest row that it may take; null for no bound.
  max_row integer check (max_row >= 0),
  -- Tile that is proposed; null until first solved.
  controllable_tile integer references tile,
  -- Tile committed; null until one is.
  current_tile integer references tile,
  -- Tile that it had before it was to be placed anew; null where it never had one.
  previous_tile integer references tile,
  unique (design_id, name)
) strict;

-- The program of one core.
create table worker (
  -- Its part of the design.
  placeable_id integer primary key references placeable on delete cascade,
  -- What it does, in words; null where the design does not say.
  role text,
  -- Stack, bytes.
  stack_bytes integer not null check (stack_bytes >= 0)
) strict;

-- A static buffer in the memory of a worker's tile.
create table worker_buffer (
  -- Worker that it belongs to.
  placeable_id integer not null references worker on delete cascade,
  -- Name within the worker.
  name text not null,
  -- Size, bytes.
  bytes integer not null check (bytes >= 0),
  -- What it is for: `rtp` holds parameters that the host writes at run time.
  kind text not null,
  primary key (placeable_id, name)
) strict, without rowid;

-- Where object fifos are joined end to end in the memory of one tile.
create table link (
  -- Its part of the design.
  placeable_id integer primary key references placeable on delete cascade,
  -- One to many, many to one, or one to one.
  kind text not null check (kind in ('split', 'join', 'forward'))
) strict;

-- A channel of objects between one producer and its consumers.
create table object_fifo (
  -- Number of the fifo.
  fifo_id integer primary key,
  -- Design that it belongs to.
  design_id integer not null references design on delete cascade,
  -- Name within the design.
  name text not null,
  -- Order within the design, from 0.
  position integer not null check (position >= 0),
  -- Size of one object, bytes.
  object_bytes integer not null check (object_bytes > 0),
  -- Shape of one object, a JSON array of elements per dimension.
  shape text not null check (json_valid(shape)),
  -- Type of its elements, such as `int32`.
  dtype text not null,
  -- 1 where it goes through DMA even between neighbours.
  via_dma integer not null default 0 check (via_dma in (0, 1)),
  -- How often each object is sent; null where once.
  repeat_count integer check (repeat_count >= 1),
  -- 1 where an end reorders what passes.
  stream_transform integer not null default 0 check (stream_transform in (0, 1)),
  -- Proposed way: 0 through DMA, 1 in shared memory by the producer, 2 in shared memory by the consumer.
  -- Decided for the rows of `shareable` alone.
  controllable_sharing integer check (controllable_sharing in (0, 1, 2)),
  -- Way committed; null where it was never decided.
  current_sharing integer check (current_sharing in (0, 1, 2)),
  unique (design_id, name)
) strict;

-- One end of an object fifo.
create table endpoint (
  -- Number of the end.
  endpoint_id integer primary key,
  -- Fifo that it is an end of.
  fifo_id integer not null references object_fifo on delete cascade,
  -- Who is at this end.
  placeable_id integer not null references placeable on delete cascade,
  -- Which end.
  side text not null check (side in ('producer', 'consumer')),
  -- 0 for the producer; consumers from 1, in their order.
  position integer not null check (position >= 0),
  -- Objects that it may hold.
  depth integer not null check (depth >= 1),
  -- Most objects that a worker holds at a time here; null where it never takes one, or is no worker.
  max_acquire integer check (max_acquire >= 1),
  -- First element of the joined or split object that is this fifo's; null where the link does not say.
  offset_elements integer check (offset_elements >= 0),
  -- Proposed half of the descriptors of its memory tile; decided for ends at memory tiles alone.
  controllable_bd_half integer references bd_half,
  -- Half committed; null where it was never decided.
  current_bd_half integer references bd_half,
  unique (fifo_id, position),
  check ((side = 'producer') = (position = 0))
) strict;

create index endpoint_by_placeable on endpoint (placeable_id);

-- What the host sends or fetches: a fill or drain of an object fifo.
create table transfer (
  -- Number of the transfer.
  transfer_id integer primary key,
  -- Fifo in question.
  fifo_id integer not null references object_fifo on delete cascade,
  -- fill: main memory to fifo. drain: fifo to main memory.
  direction text not null check (direction in ('fill', 'drain')),
  -- Tasks that are under way at a time; each takes a buffer descriptor of the shim tile.
  tasks integer not null check (tasks >= 1),
  -- Number of the host's argument; null where the design does not say.
  host_arg integer check (host_arg >= 0),
  -- Access pattern of the first task, a JSON object with tensor, offset, sizes and strides; null for the whole tensor.
  pattern text check (pattern is null or json_valid(pattern))
) strict;

create index transfer_by_fifo on transfer (fifo_id);

-- Two workers whose accumulators are wired together.
create table cascade_link (
  -- Worker that sends.
  source integer not null references placeable on delete cascade,
  -- Worker that receives.
  destination integer not null references placeable on delete cascade,
  primary key (source, destination),
  check (source <> destination)
) strict, without rowid;

-- A worker that uses a buffer in another worker's memory.
create table memory_access (
  -- Worker that reads or writes.
  accessor integer not null references placeable on delete cascade,
  -- Worker whose buffer it is.
  owner integer not null references placeable on delete cascade,
  primary key (accessor, owner),
  check (accessor <> owner)
) strict, without rowid;

-- A buffer of a link, where it may have to lie beside the link's memory tile. Designs whose links fit into one tile's
-- memory however they are placed have no such rows: their buffers lie at home.
create table mem_buffer (
  -- Number of the buffer.
  mem_buffer_id integer primary key,
  -- Link that it serves.
  placeable_id integer not null references link on delete cascade,
  -- Which of the link's buffers, from 0.
  position integer not null check (position >= 0),
  -- Size, bytes.
  bytes integer not null check (bytes > 0),
  -- Memory tile that is proposed: the link's own or the one east or west of it.
  controllable_tile integer references tile,
  -- Memory tile committed; null until one is.
  current_tile integer references tile,
  unique (placeable_id, position)
) strict;

-- How each fifo may go. `local`: both ends are the same worker. `shareable`: two workers and nothing that forces DMA, so
-- neighbours share memory. `dma`: forced, by more than one consumer, a link, a transform, a repeat, main memory or wish.
create view fifo_way as
select
  f.fifo_id,
  f.design_id,
  f.name,
  f.object_bytes,
  coalesce(f.repeat_count, 1) as repeats,
  pe.endpoint_id as producer_end,
  pe.placeable_id as producer,
  pe.depth as producer_depth,
  min(ce.endpoint_id) as consumer_end,
  min(ce.placeable_id) as consumer,
  count(*) as consumers,
  min(ce.depth) = pe.depth and max(ce.depth) = pe.depth as equal_depths,
  case
    when
      f.via_dma = 1 or f.repeat_count is not null or f.stream_transform = 1 or count(*) > 1 or pp.kind <> 'worker'
      or min(cp.kind) <> 'worker'
      then 'dma'
    when min(ce.placeable_id) = pe.placeable_id then 'local'
    else 'shareable'
  end as way
from object_fifo as f
join endpoint as pe on pe.fifo_id = f.fifo_id and pe.position = 0
join placeable as pp on pp.placeable_id = pe.placeable_id
join endpoint as ce on ce.fifo_id = f.fifo_id and ce.position > 0
join placeable as cp on cp.placeable_id = ce.placeable_id
group by f.fifo_id;

-- The end of each link whose buffers the link uses: the input of a split, the output of a join, the larger one of a
-- forward. `fan` is how many fifos the other side has.
create view link_owner as
select placeable_id, kind, owner_end, depth, object_bytes, max(inputs, outputs) as fan
from (
  select
    l.placeable_id,
    l.kind,
    e.endpoint_id as owner_end,
    e.depth,
    f.object_bytes,
    sum(e.side = 'consumer') over (partition by l.placeable_id) as inputs,
    sum(e.side = 'producer') over (partition by l.placeable_id) as outputs,
    row_number() over (
      partition by l.placeable_id
      order by
        case l.kind when 'split' then e.side <> 'consumer' when 'join' then e.side <> 'producer' else 0 end,
        f.object_bytes desc,
        e.side
    ) as choice
  from link as l
  join endpoint as e on e.placeable_id = l.placeable_id
  join object_fifo as f on f.fifo_id = e.fifo_id
)
where choice = 1;

-- What each end needs on its tile where its fifo goes through DMA; of local fifos what the worker needs. What is common
-- to a link is in `link_need`, not here. `task_bds` are descriptors of runtime tasks.
create view endpoint_need as
select
  e.endpoint_id,
  e.fifo_id,
  e.placeable_id,
  e.side,
  p.design_id,
  p.tile_kind,
  w.way,
  e.side = 'consumer' and w.way <> 'local' as s2mm,
  e.side = 'producer' and w.way <> 'local' as mm2s,
  case
    when w.way = 'local' or p.kind = 'runtime' then 0
    when p.kind = 'link' then o.depth * w.repeats * case when o.owner_end = e.endpoint_id then o.fan else 1 end
    else b.buffers * w.repeats
  end as bds,
  case
    when p.kind <> 'runtime' then 0
    else
      max(1, coalesce(
        (select sum(t.tasks) from transfer as t
          where t.fifo_id = e.fifo_id and (t.direction = 'fill') = (e.side = 'producer')), 0))
  end as task_bds,
  case
    when p.kind = 'link' or (w.way = 'local' and e.side = 'consumer') then 0
    when l.lock_per_buffer = 1 then b.buffers
    else 2
  end as locks,
  case
    when p.kind <> 'worker' or (w.way = 'local' and e.side = 'consumer') then 0
    else b.buffers * w.object_bytes
  end as bytes,
  case when p.kind = 'worker' then e.depth * w.repeats else 0 end as lock_value
from endpoint as e
join placeable as p on p.placeable_id = e.placeable_id
join fifo_way as w on w.fifo_id = e.fifo_id
join design as d on d.design_id = p.design_id
join device as v on v.device_id = d.device_id
join tile_limit as l on l.architecture = v.architecture and l.kind = p.tile_kind
left join link_owner as o on o.placeable_id = e.placeable_id
-- With equal depths the compiler keeps as many buffers as are held at a time, and one more.
join (
  select
    x.endpoint_id,
    case
      when y.way = 'local' then x.depth
      when not y.equal_depths or x.max_acquire is null then x.depth
      when x.max_acquire = 1 and x.depth = 1 then 1
      else x.max_acquire + 1
    end as buffers
  from endpoint as x
  join fifo_way as y on y.fifo_id = x.fifo_id
) as b on b.endpoint_id = e.endpoint_id;

-- What each link needs once: buffers of its owner, and two locks per fifo of the wider side.
create view link_need as
select
  o.placeable_id,
  case l.lock_per_buffer when 1 then o.depth * o.fan else 2 * o.fan end as locks,
  o.depth * o.object_bytes as bytes,
  o.depth as lock_value
from link_owner as o
join placeable as p on p.placeable_id = o.placeable_id
join design as d on d.design_id = p.design_id
join device as v on v.device_id = d.device_id
join tile_limit as l on l.architecture = v.architecture and l.kind = p.tile_kind;

-- Dimensions of the access patterns of transfers in their places of a shim tile's buffer descriptor: 0 is d0, the
-- innermost; `bd_dims` is the iteration, which a repetition takes though places between stay free.
create view transfer_dim as
select
  t.transfer_id,
  case
    when z.key = 0 and z.value > 1 and s.value = 0 and json_array_length(t.pattern, '$.sizes') between 2 and l.bd_dims
      then l.bd_dims
    else json_array_length(t.pattern, '$.sizes') - 1 - z.key
  end as slot,
  z.value as size,
  -- A stride that nothing ever takes is none.
  case
    when
      z.value = 1
      and z.key < json_array_length(t.pattern, '$.sizes') - 1
      and not exists (select 1 from json_each(t.pattern, '$.sizes') as o where o.key < z.key and o.value > 1)
      then 0
    else s.value
  end as stride,
  -- Bytes of an element, from the digits of its type.
  cast(ltrim(f.dtype, 'abcdefghijklmnopqrstuvwxyz_.') as integer) / 8 as element_bytes,
  l.bd_dims,
  l.wrap_max,
  l.stride_max,
  l.iteration_max
from transfer as t
join object_fifo as f on f.fifo_id = t.fifo_id
join design as d on d.design_id = f.design_id
join device as v on v.device_id = d.device_id
join tile_limit as l on l.architecture = v.architecture and l.kind = 'shim'
join json_each(t.pattern, '$.sizes') as z
join json_each(t.pattern, '$.strides') as s on s.key = z.key;

-- Why patterns of transfers are no buffer descriptor as they are written: the compiler has to cut them. One row per
-- reason; `edict tap` shows what descriptors make the same visits.
create view transfer_misfit as
select transfer_id, 'too_many_dims' as reason
from transfer_dim
where slot > bd_dims and size > 1
union
select t.transfer_id, 'offset_alignment'
from transfer as t
join transfer_dim as x on x.transfer_id = t.transfer_id and x.slot = 0
where t.pattern ->> '$.offset' * x.element_bytes % 4 <> 0
union
select transfer_id, 'd0_alignment'
from transfer_dim
where slot = 0 and size * element_bytes % 4 <> 0
union
select transfer_id, 'd0_wide_stride'
from transfer_dim
where slot = 0 and element_bytes > 4 and size > 1 and stride <> 1
union
select transfer_id, 'd' || slot || '_zero_stride'
from transfer_dim
where slot < bd_dims and size > 1 and stride = 0
union
select transfer_id, iif(slot = bd_dims, 'iteration', 'd' || slot) || '_stride_alignment'
from transfer_dim
where slot <= bd_dims and not (slot = 0 and stride = 1) and stride * element_bytes % 4 <> 0
union
select transfer_id, iif(slot = bd_dims, 'iteration', 'd' || slot) || '_step'
from transfer_dim
where
  slot <= bd_dims
  and size > 1
  and not (slot = 0 and stride = 1)
  and stride * element_bytes % 4 = 0
  and stride * element_bytes / 4 > stride_max
union
select transfer_id, 'iterations'
from transfer_dim
where slot = bd_dims and size > iteration_max
union
-- Sizes of d0 and d1 count only where the dimensions are not one contiguous run.
select x.transfer_id, 'd' || x.slot || '_wrap'
from transfer_dim as x
where
  x.slot < 2
  and iif(x.slot = 0, x.size * x.element_bytes > 4 * x.wrap_max, x.size > x.wrap_max)
  and exists (
    select 1
    from transfer_dim as y
    where
      y.transfer_id = x.transfer_id
      and y.slot < y.bd_dims
      and iif(y.slot = 0, y.stride <> 1, y.size > 1 and y.stride <> (
        select iif(count(*) = 2, max(i.size) * min(i.size), max(i.size))
        from transfer_dim as i
        where i.transfer_id = y.transfer_id and i.slot < y.slot
      ))
  );

-- Transfers with a pattern, and whether one buffer descriptor of a shim tile holds it as it is written.
create view transfer_fit as
select
  t.transfer_id,
  d.name as design,
  f.name as fifo,
  t.direction,
  t.pattern,
  not exists (select 1 from transfer_misfit as m where m.transfer_id = t.transfer_id) as fits,
  (
    select group_concat(m.reason, ', ')
    from (select reason from transfer_misfit where transfer_id = t.transfer_id order by reason) as m
  ) as reasons
from transfer as t
join object_fifo as f on f.fifo_id = t.fifo_id
join design as d on d.design_id = f.design_id
where t.pattern is not null;

-- What each part of a design needs on its tile, whatever its place: shareable fifos are left out, they are in
-- `shareable`. Buffers that may lie elsewhere are left out, they are in `mem_buffer`.
create view placeable_need as
select
  p.placeable_id,
  coalesce(e.s2mm, 0) as s2mm,
  coalesce(e.mm2s, 0) as mm2s,
  coalesce(e.bds, 0) as bds,
  coalesce(e.task_bds, 0) as task_bds,
  coalesce(e.locks, 0) + coalesce(l.locks, 0) as locks,
  coalesce(e.bytes, 0)
    + case when exists (select 1 from mem_buffer as m where m.placeable_id = p.placeable_id) then 0 else coalesce(l.bytes, 0) end
    + coalesce(w.stack_bytes, 0)
    + coalesce((select sum(b.bytes) from worker_buffer as b where b.placeable_id = p.placeable_id), 0) as bytes,
  max(coalesce(e.lock_value, 0), coalesce(l.lock_value, 0)) as lock_value
from placeable as p
left join worker as w on w.placeable_id = p.placeable_id
left join link_need as l on l.placeable_id = p.placeable_id
left join (
  select
    n.placeable_id,
    sum(n.s2mm) as s2mm,
    sum(n.mm2s) as mm2s,
    sum(n.bds) as bds,
    sum(n.task_bds) as task_bds,
    sum(n.locks) as locks,
    sum(n.bytes) as bytes,
    max(n.lock_value) as lock_value
  from endpoint_need as n
  where n.way <> 'shareable'
  group by n.placeable_id
) as e on e.placeable_id = p.placeable_id;

-- Shareable fifos: what either way costs. Shared they cost `shared_bytes` and `shared_locks` in the memory of one side.
create view shareable as
select
  w.fifo_id,
  w.design_id,
  w.name,
  w.producer,
  w.consumer,
  p.bds as producer_bds,
  p.locks as producer_locks,
  p.bytes as producer_bytes,
  c.bds as consumer_bds,
  c.locks as consumer_locks,
  c.bytes as consumer_bytes,
  w.producer_depth * w.object_bytes as shared_bytes,
  case l.lock_per_buffer when 1 then w.producer_depth else 2 end as shared_locks
from fifo_way as w
join endpoint_need as p on p.endpoint_id = w.producer_end
join endpoint_need as c on c.endpoint_id = w.consumer_end
join design as d on d.design_id = w.design_id
join device as v on v.device_id = d.device_id
join tile_limit as l on l.architecture = v.architecture and l.kind = 'core'
where w.way = 'shareable';

-- Where two core tiles of a device with live designs share memory, and whose it is: 1 the producer's, 2 the consumer's.
-- Tiles above each other use the producer's; of tiles side by side only one reaches the other's.
create view shared_memory as
select r.memory_tile as producer_tile, r.tile_id as consumer_tile, 1 as sharing
from tile as t
join memory_reach as r on r.tile_id = t.tile_id
where t.kind = 'core' and t.device_id in (select d.device_id from design as d where d.status in ('DECLARED', 'PLACED', 'RESOLVED'))
union all
select r.tile_id, r.memory_tile, 2
from tile as t
join memory_reach as r on r.tile_id = t.tile_id
join tile as m on m.tile_id = r.memory_tile
where
  t.kind = 'core'
  and m.col <> t.col
  and t.device_id in (select d.device_id from design as d where d.status in ('DECLARED', 'PLACED', 'RESOLVED'));

-- Committed parts of designs and what they use of their tiles, shared fifos counted where their memory is.
create view tile_use_part as
select p.current_tile as tile_id, p.design_id, n.s2mm, n.mm2s, n.bds, n.task_bds, n.locks, n.bytes
from placeable as p
join placeable_need as n on n.placeable_id = p.placeable_id
where p.current_tile is not null
union all
select
  p.current_tile,
  s.design_id,
  0,
  f.current_sharing = 0,
  iif(f.current_sharing = 0, s.producer_bds, 0),
  0,
  case f.current_sharing when 0 then s.producer_locks when 1 then s.shared_locks else 0 end,
  case f.current_sharing when 0 then s.producer_bytes when 1 then s.shared_bytes else 0 end
from shareable as s
join object_fifo as f on f.fifo_id = s.fifo_id
join placeable as p on p.placeable_id = s.producer
where p.current_tile is not null
union all
select
  p.current_tile,
  s.design_id,
  f.current_sharing = 0,
  0,
  iif(f.current_sharing = 0, s.consumer_bds, 0),
  0,
  case f.current_sharing when 0 then s.consumer_locks when 2 then s.shared_locks else 0 end,
  case f.current_sharing when 0 then s.consumer_bytes when 2 then s.shared_bytes else 0 end
from shareable as s
join object_fifo as f on f.fifo_id = s.fifo_id
join placeable as p on p.placeable_id = s.consumer
where p.current_tile is not null
union all
select b.current_tile, p.design_id, 0, 0, 0, 0, 0, b.bytes
from mem_buffer as b
join placeable as p on p.placeable_id = b.placeable_id
where b.current_tile is not null;

-- What committed designs use of each tile beside what the tile has; tiles without use are left out.
create view tile_use as
select
  t.tile_id,
  v.name as device,
  t.col,
  t.row,
  t.kind,
  sum(u.s2mm) as s2mm,
  l.s2mm as s2mm_limit,
  sum(u.mm2s) as mm2s,
  l.mm2s as mm2s_limit,
  sum(u.bds) as bds,
  sum(u.task_bds) as task_bds,
  l.bds as bd_limit,
  sum(u.locks) as locks,
  l.locks as lock_limit,
  sum(u.bytes) as bytes,
  l.data_bytes as byte_limit
from tile_use_part as u
join tile as t on t.tile_id = u.tile_id
join device as v on v.device_id = t.device_id
join tile_limit as l on l.architecture = v.architecture and l.kind = t.kind
group by t.tile_id;

-- Tiles of the devices that have live designs, with what their kind has.
create view live_tile as
select
  t.tile_id,
  t.device_id,
  t.col,
  t.row,
  t.kind,
  t.has_dma,
  t.usable,
  l.s2mm,
  l.mm2s,
  l.bds,
  l.bd_halves,
  l.locks,
  l.data_bytes
from tile as t
join device as v on v.device_id = t.device_id
join tile_limit as l on l.architecture = v.architecture and l.kind = t.kind
where t.device_id in (select d.device_id from design as d where d.status in ('DECLARED', 'PLACED', 'RESOLVED'));

-- Halves of the descriptors of memory tiles of those devices.
create view live_bd_half as
select h.bd_half_id, h.tile_id, h.parity, h.channels, h.neighbour_channels, h.bds
from bd_half as h
join tile as t on t.tile_id = h.tile_id
where t.device_id in (select d.device_id from design as d where d.status in ('DECLARED', 'PLACED', 'RESOLVED'));

-- Parts of designs that have tiles or are to get them, with what they need, what a tile of their kind has, and where
-- they may be. Policies read this view and those below.
create view live_part as
select
  p.placeable_id,
  p.design_id,
  d.name as design,
  p.name,
  p.kind,
  p.tile_kind,
  d.device_id,
  d.status,
  d.min_col as design_min_col,
  d.max_col as design_max_col,
  d.min_row as design_min_row,
  d.max_row as design_max_row,
  p.min_col,
  p.max_col,
  p.min_row,
  p.max_row,
  p.controllable_tile,
  p.current_tile,
  p.previous_tile,
  n.s2mm,
  n.mm2s,
  n.bds,
  n.task_bds,
  n.locks,
  n.bytes,
  n.lock_value,
  l.s2mm as s2mm_limit,
  l.mm2s as mm2s_limit,
  l.bds as bd_limit,
  l.locks as lock_limit,
  l.data_bytes as byte_limit,
  l.lock_value_max
from placeable as p
join design as d on d.design_id = p.design_id
join device as v on v.device_id = d.device_id
join tile_limit as l on l.architecture = v.architecture and l.kind = p.tile_kind
join placeable_need as n on n.placeable_id = p.placeable_id
where d.status in ('DECLARED', 'PLACED', 'RESOLVED');

-- Fifos of live designs that neighbours may share.
create view live_shareable as
select
  f.fifo_id,
  s.name,
  s.design_id,
  d.name as design,
  f.controllable_sharing,
  f.current_sharing,
  d.status,
  s.producer,
  s.consumer,
  p.controllable_tile as producer_tile,
  c.controllable_tile as consumer_tile,
  s.producer_bds,
  s.producer_locks,
  s.producer_bytes,
  s.consumer_bds,
  s.consumer_locks,
  s.consumer_bytes,
  s.shared_bytes,
  s.shared_locks
from object_fifo as f
join shareable as s on s.fifo_id = f.fifo_id
join design as d on d.design_id = f.design_id
join placeable as p on p.placeable_id = s.producer
join placeable as c on c.placeable_id = s.consumer
where d.status in ('DECLARED', 'PLACED', 'RESOLVED');

-- Ends of fifos at memory tiles of live designs, where channels of either parity reach half of the descriptors.
create view live_mem_end as
select
  e.endpoint_id,
  f.name as fifo,
  d.name as design,
  d.status,
  e.controllable_bd_half,
  e.current_bd_half,
  p.placeable_id,
  p.controllable_tile,
  n.s2mm,
  n.mm2s,
  n.bds
from endpoint as e
join object_fifo as f on f.fifo_id = e.fifo_id
join placeable as p on p.placeable_id = e.placeable_id
join design as d on d.design_id = p.design_id
join device as v on v.device_id = d.device_id
join tile_limit as l on l.architecture = v.architecture and l.kind = p.tile_kind and l.bd_halves = 2
join endpoint_need as n on n.endpoint_id = e.endpoint_id
where d.status in ('DECLARED', 'PLACED', 'RESOLVED');

-- Buffers of live designs that may lie beside their link's memory tile.
create view live_buffer as
select
  b.mem_buffer_id,
  b.placeable_id,
  p.name as link,
  d.name as design,
  d.status,
  b.position,
  b.bytes,
  b.controllable_tile,
  b.current_tile,
  p.controllable_tile as link_tile
from mem_buffer as b
join placeable as p on p.placeable_id = b.placeable_id
join design as d on d.design_id = p.design_id
where d.status in ('DECLARED', 'PLACED', 'RESOLVED');

-- Ends of the fifos that go through DMA whatever the place, of live designs: what wires are long of.
create view live_net_end as
select
  e.endpoint_id,
  f.fifo_id,
  f.name as fifo,
  e.side,
  d.design_id,
  d.device_id,
  p.placeable_id,
  p.controllable_tile
from endpoint as e
join object_fifo as f on f.fifo_id = e.fifo_id
join fifo_way as w on w.fifo_id = f.fifo_id
join placeable as p on p.placeable_id = e.placeable_id
join design as d on d.design_id = p.design_id
where w.way = 'dma' and d.status in ('DECLARED', 'PLACED', 'RESOLVED');

-- Ends of links in their order: first those that take, by their place in the whole object, then as the design lists its
-- fifos. `partner` is the part at the other end where it is the only one; `form` is what alike ends have in common.
create view stamp_end as
select
  e.placeable_id as lead,
  row_number() over (partition by e.placeable_id order by e.side, e.offset_elements, f.position) as slot,
  iif(w.consumers = 1, o.placeable_id, null) as partner,
  json_array(
    e.side, e.depth, f.object_bytes, f.dtype, w.consumers, coalesce(e.offset_elements, -1), coalesce(k.role, o.kind)
  ) as form
from endpoint as e
join link as l on l.placeable_id = e.placeable_id
join object_fifo as f on f.fifo_id = e.fifo_id
join fifo_way as w on w.fifo_id = e.fifo_id
join placeable as o on o.placeable_id = iif(e.side = 'producer', w.consumer, w.producer)
left join worker as k on k.placeable_id = o.placeable_id;

-- Stamps of designs: a link with the parts that share a fifo with it and nobody else. Two stamps of a design are alike
-- where their links have one kind and one kind of tile, and their ends, slot by slot, one form: sizes, depths, offsets,
-- how many take, and the roles of workers. `number` counts alike stamps, from 1.
create view stamp as
select lead, design_id, form, row_number() over (partition by design_id, form order by lead) as number
from (
  select
    p.placeable_id as lead,
    p.design_id,
    l.kind || ' ' || p.tile_kind || ' ' || group_concat(e.form, ' ') as form
  from link as l
  join placeable as p on p.placeable_id = l.placeable_id
  join (select lead, form from stamp_end order by lead, slot) as e on e.lead = l.placeable_id
  group by p.placeable_id
);

-- Parts of live designs that repeat: of a stamp and the next one alike, the partners in one slot, with the tiles of both
-- and of their links. Stamps with a part in common, such as two that feed the same workers, do not repeat each other.
create view live_repeat as
select
  a.design_id,
  a.lead as first_lead,
  b.lead as second_lead,
  x.slot,
  p.placeable_id as first,
  q.placeable_id as second,
  p.controllable_tile as first_tile,
  q.controllable_tile as second_tile,
  m.controllable_tile as first_lead_tile,
  n.controllable_tile as second_lead_tile
from stamp as a
join stamp as b on b.design_id = a.design_id and b.form = a.form and b.number = a.number + 1
join stamp_end as x on x.lead = a.lead
join stamp_end as y on y.lead = b.lead and y.slot = x.slot
join placeable as p on p.placeable_id = x.partner
join placeable as q on q.placeable_id = y.partner
join placeable as m on m.placeable_id = a.lead
join placeable as n on n.placeable_id = b.lead
join design as d on d.design_id = a.design_id
where
  d.status in ('DECLARED', 'PLACED', 'RESOLVED')
  and not exists (
    select 1
    from stamp_end as i
    join stamp_end as j on j.partner = i.partner
    where i.lead = a.lead and j.lead = b.lead
  );

-- Fifos of live designs with the highest rows that their ends may take.
create view live_net as
select
  e.fifo_id,
  d.device_id,
  max(iif(e.position = 0, case p.tile_kind when 'shim' then 0 when 'mem' then v.mem_row_count else v.row_count - 1 end, 0))
    as producer_highest,
  max(iif(e.position > 0, case p.tile_kind when 'shim' then 0 when 'mem' then v.mem_row_count else v.row_count - 1 end, 0))
    as consumer_highest
from endpoint as e
join object_fifo as f on f.fifo_id = e.fifo_id
join placeable as p on p.placeable_id = e.placeable_id
join design as d on d.design_id = f.design_id
join device as v on v.device_id = d.device_id
where d.status in ('DECLARED', 'PLACED', 'RESOLVED')
group by e.fifo_id;

-- Lines between rows (or columns) next to each other of the devices that have live designs, and how many streams the
-- switches along a line carry to either side. `first` is the row south of the line, the column west of it.
create view live_line as
select
  t.device_id,
  'row' as dimension,
  t.row as first,
  sum(l.north_streams) as onward,
  sum(n.south_streams) as back
from tile as t
join device as v on v.device_id = t.device_id
join tile as u on u.device_id = t.device_id and u.col = t.col and u.row = t.row + 1
join tile_limit as l on l.architecture = v.architecture and l.kind = t.kind
join tile_limit as n on n.architecture = v.architecture and n.kind = u.kind
where t.device_id in (select d.device_id from design as d where d.status in ('DECLARED', 'PLACED', 'RESOLVED'))
group by t.device_id, t.row
union all
select t.device_id, 'col', t.col, sum(min(l.side_streams, n.side_streams)), sum(min(l.side_streams, n.side_streams))
from tile as t
join device as v on v.device_id = t.device_id
join tile as u on u.device_id = t.device_id and u.row = t.row and u.col = t.col + 1
join tile_limit as l on l.architecture = v.architecture and l.kind = t.kind
join tile_limit as n on n.architecture = v.architecture and n.kind = u.kind
where t.device_id in (select d.device_id from design as d where d.status in ('DECLARED', 'PLACED', 'RESOLVED'))
group by t.device_id, t.col;

-- Lines where the fifos of live designs might be more than the streams. Between rows only workers move, so a fifo may go
-- onward that has a consumer on core tiles, and back that has its producer there; between columns all may.
create view tight_line as
select i.device_id, i.dimension, i.first, i.onward, i.back
from live_line as i
join live_net as n on n.device_id = i.device_id
group by i.device_id, i.dimension, i.first
having
  sum(i.dimension = 'col' or n.consumer_highest > i.first) > i.onward
  or sum(i.dimension = 'col' or n.producer_highest > i.first) > i.back;

-- Half perimeter and hops of each committed fifo; a shared one has none.
create view wire_length as
select
  f.fifo_id,
  d.design_id,
  d.name as design,
  f.name as fifo,
  iif(w.way = 'local' or f.current_sharing > 0, 0, max(t.col) - min(t.col) + max(t.row) - min(t.row)) as half_perimeter,
  iif(
    w.way = 'local' or f.current_sharing > 0,
    0,
    sum(abs(t.col - o.col) + abs(t.row - o.row))
  ) as hops
from object_fifo as f
join fifo_way as w on w.fifo_id = f.fifo_id
join design as d on d.design_id = f.design_id
join placeable as q on q.placeable_id = w.producer
join tile as o on o.tile_id = q.current_tile
join endpoint as e on e.fifo_id = f.fifo_id
join placeable as p on p.placeable_id = e.placeable_id
join tile as t on t.tile_id = p.current_tile
group by f.fifo_id;

-- What became of all designs, for the end of a replay.
create view npu_metrics as
select
  (select count(*) from design) as designs,
  (select count(*) from design where status in ('PLACED', 'RESOLVED')) as placed,
  (select count(*) from design where status = 'FAILED') as failed,
  (select count(*) from tile_use) as tiles_used,
  (select count(*) from (select distinct device, col from tile_use)) as columns_used,
  (select coalesce(sum(half_perimeter), 0) from wire_length) as half_perimeter,
  (select coalesce(sum(hops), 0) from wire_length) as hops,
  (select count(*) from object_fifo where current_sharing > 0) as shared_fifos;
