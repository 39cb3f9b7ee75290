-- Workers stand on core tiles, links on the tiles they ask for, ends in main memory on shim tiles with DMA; all of it on
-- the design's device.
create constraint tile_kind as
select * from live_part as p
check p.controllable_tile in (
  select t.tile_id from live_tile as t
  where t.device_id = p.device_id and t.kind = p.tile_kind and t.has_dma = 1);
