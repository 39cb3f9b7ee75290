-- Necessary for routes: along every line between two rows the switches carry all streams that have to cross it. Fifos
-- that neighbours may share are not counted.
create view row_crossing as
select
  i.device_id,
  i.first,
  i.onward,
  i.back,
  e.fifo_id,
  any(e.side = 'producer' and t.row <= i.first) as starts_before,
  any(e.side = 'consumer' and t.row > i.first) as ends_behind,
  any(e.side = 'consumer' and t.row <= i.first) as ends_before
from tight_line as i
join live_net_end as e on e.device_id = i.device_id
join live_tile as t on t.tile_id = e.controllable_tile
where i.dimension = 'row'
group by i.device_id, i.first, i.onward, i.back, e.fifo_id;

-- Streams that cross a line northwards.
create constraint streams_north as
select * from row_crossing as c
group by c.device_id, c.first, c.onward
check sum(c.starts_before and c.ends_behind) <= c.onward;

-- Streams that cross a line southwards.
create constraint streams_south as
select * from row_crossing as c
group by c.device_id, c.first, c.back
check sum(not c.starts_before and c.ends_before) <= c.back;
