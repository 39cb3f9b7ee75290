-- Data memory of a worker's tile: stack, static buffers, and the buffers of fifos that lie there.
create constraint core_bytes as
select * from live_part as p
where p.kind = 'worker'
check p.bytes
  + coalesce(
    (
      select sum(case f.controllable_sharing
        when 0 then f.consumer_bytes
        when 2 then f.shared_bytes
        else 0
      end)
      from live_shareable as f
      where f.consumer = p.placeable_id), 0)
  + coalesce(
    (
      select sum(case f.controllable_sharing
        when 0 then f.producer_bytes
        when 1 then f.shared_bytes
        else 0
      end)
      from live_shareable as f
      where f.producer = p.placeable_id), 0)
  + coalesce(
    (
      select sum(l.bytes) from live_part as l
      where l.kind = 'link'
        and l.tile_kind = 'core'
        and l.controllable_tile = p.controllable_tile), 0) <= p.byte_limit;
