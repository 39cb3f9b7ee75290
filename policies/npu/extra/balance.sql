-- Load spread over columns: on the memory tile, and on the shim tile, that uses most DMA channels of a direction they are
-- as few as they can be, so that streams meet less often and later designs find channels in every column.
-- edict:ignore L003 one measure for both directions
create view channel_use as
select t.tile_id, t.device_id, t.kind, sum(p.s2mm) as s2mm, sum(p.mm2s) as mm2s from live_part as p
join live_tile as t on t.tile_id = p.controllable_tile
where p.tile_kind <> 'core'
group by t.tile_id, t.device_id, t.kind;

-- Channels that write memory.
create constraint even_s2mm as
select * from channel_use
group by device_id, kind
minimize coalesce(max(s2mm), 0)
weight 1;

-- Channels that read memory.
create constraint even_mm2s as
select * from channel_use
group by device_id, kind
minimize coalesce(max(mm2s), 0)
weight 1;
