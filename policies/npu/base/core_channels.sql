-- Channels that write memory on a worker's tile: its own, those of fifos that it does not share, and those of forwards beside it.
-- edict:ignore L003 one rule for both directions
create constraint core_s2mm as
select * from live_part as p
where p.kind = 'worker'
check p.s2mm
  + (
    select count(*) from live_shareable as f
    where f.consumer = p.placeable_id and f.controllable_sharing = 0)
  + coalesce(
    (
      select sum(l.s2mm) from live_part as l
      where l.kind = 'link'
        and l.tile_kind = 'core'
        and l.controllable_tile = p.controllable_tile), 0) <= p.s2mm_limit;

-- Channels that read memory on a worker's tile, alike.
create constraint core_mm2s as
select * from live_part as p
where p.kind = 'worker'
check p.mm2s
  + (
    select count(*) from live_shareable as f
    where f.producer = p.placeable_id and f.controllable_sharing = 0)
  + coalesce(
    (
      select sum(l.mm2s) from live_part as l
      where l.kind = 'link'
        and l.tile_kind = 'core'
        and l.controllable_tile = p.controllable_tile), 0) <= p.mm2s_limit;
