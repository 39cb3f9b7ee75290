-- Room for what a design may still need: the last quarter of the buffer descriptors of every tile stays free, on memory
-- tiles of either half. Each descriptor of it that is in use costs 1.
-- edict:ignore L003 one measure for the three kinds of tiles
create constraint mem_room as
select * from live_mem_end as e
join live_bd_half as h on h.bd_half_id = e.controllable_bd_half
group by h.bd_half_id, h.bds
-- edict:ignore L011 a quarter of whole descriptors
minimize max(0, sum(e.bds) - h.bds * 3 / 4)
weight 1;

-- On shim tiles they are the tasks of the host.
create constraint shim_room as
select * from live_part as p
join live_tile as t on t.tile_id = p.controllable_tile
where p.tile_kind = 'shim'
group by t.tile_id, t.bds
-- edict:ignore L011 a quarter of whole descriptors
minimize max(0, sum(p.bds + p.task_bds) - t.bds * 3 / 4)
weight 1;

-- Fifos that neighbours share need none.
create constraint core_room as
select * from live_part as p
where p.kind = 'worker'
minimize max(
  0,
  p.bds
    + coalesce(
      (
        select sum(f.consumer_bds) from live_shareable as f
        where f.consumer = p.placeable_id and f.controllable_sharing = 0), 0)
    + coalesce(
      (
        select sum(f.producer_bds) from live_shareable as f
        where f.producer = p.placeable_id and f.controllable_sharing = 0), 0)
    + coalesce(
      (
        select sum(l.bds) from live_part as l
        where l.kind = 'link'
          and l.tile_kind = 'core'
          and l.controllable_tile = p.controllable_tile), 0)
    -- edict:ignore L011 a quarter of whole descriptors
    - p.bd_limit * 3 / 4)
weight 1;
