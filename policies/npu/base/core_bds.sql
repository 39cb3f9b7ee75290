-- Buffer descriptors of a worker's tile; shared fifos need none.
create constraint core_bds as
select * from live_part as p
where p.kind = 'worker'
check p.bds
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
        and l.controllable_tile = p.controllable_tile), 0) <= p.bd_limit;
