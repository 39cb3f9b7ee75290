-- Locks of a worker's tile; those of a shared fifo lie where its buffers are.
create constraint core_locks as
select * from live_part as p
where p.kind = 'worker'
check p.locks
  + coalesce(
    (
      select sum(case f.controllable_sharing
        when 0 then f.consumer_locks
        when 2 then f.shared_locks
        else 0
      end)
      from live_shareable as f
      where f.consumer = p.placeable_id), 0)
  + coalesce(
    (
      select sum(case f.controllable_sharing
        when 0 then f.producer_locks
        when 1 then f.shared_locks
        else 0
      end)
      from live_shareable as f
      where f.producer = p.placeable_id), 0)
  + coalesce(
    (
      select sum(l.locks) from live_part as l
      where l.kind = 'link'
        and l.tile_kind = 'core'
        and l.controllable_tile = p.controllable_tile), 0) <= p.lock_limit;
