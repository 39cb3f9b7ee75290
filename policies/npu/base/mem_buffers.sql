-- A link's buffers lie in its own memory tile or, where it overflows, in the one east or west of it.
-- edict:ignore L003 four rules about buffers that overflow
create constraint buffer_in_reach as
select * from live_buffer as b
check b.controllable_tile = b.link_tile
  or exists (
    select 1 from memory_reach as r
    where r.tile_id = b.link_tile and r.memory_tile = b.controllable_tile);

-- The buffers on a tile fit into its memory.
create constraint buffer_bytes as
select * from live_buffer as b
join live_tile as t on t.tile_id = b.controllable_tile
group by t.tile_id, t.data_bytes
check sum(b.bytes) <= t.data_bytes;

-- Only the first channels of a memory tile reach the memory beside it: of each parity half of them.
create constraint outward_s2mm as
select * from live_mem_end as e
join live_bd_half as h on h.bd_half_id = e.controllable_bd_half
where exists (
  select 1 from live_buffer as b
  where b.placeable_id = e.placeable_id and b.controllable_tile <> b.link_tile)
group by h.bd_half_id, h.neighbour_channels
check sum(e.s2mm) <= h.neighbour_channels;

-- The same for channels that read memory.
create constraint outward_mm2s as
select * from live_mem_end as e
join live_bd_half as h on h.bd_half_id = e.controllable_bd_half
where exists (
  select 1 from live_buffer as b
  where b.placeable_id = e.placeable_id and b.controllable_tile <> b.link_tile)
group by h.bd_half_id, h.neighbour_channels
check sum(e.mm2s) <= h.neighbour_channels;
