-- Necessary for routes: along every line between two columns the switches carry all streams that have to cross it. In no
-- known design it decides anything, and it makes eight columns slow to ground, so it is to be asked for.
-- edict:ignore L003 one rule for both directions
create view column_crossing as
select
  i.device_id,
  i.first,
  i.onward,
  i.back,
  e.fifo_id,
  any(e.side = 'producer' and t.col <= i.first) as starts_before,
  any(e.side = 'consumer' and t.col > i.first) as ends_behind,
  any(e.side = 'consumer' and t.col <= i.first) as ends_before
from tight_line as i
join live_net_end as e on e.device_id = i.device_id
join live_tile as t on t.tile_id = e.controllable_tile
where i.dimension = 'col'
group by i.device_id, i.first, i.onward, i.back, e.fifo_id;

-- Streams that cross a line eastwards.
create constraint streams_east as
select * from column_crossing as c
group by c.device_id, c.first, c.onward
check sum(c.starts_before and c.ends_behind) <= c.onward;

-- Streams that cross a line westwards.
create constraint streams_west as
select * from column_crossing as c
group by c.device_id, c.first, c.back
check sum(not c.starts_before and c.ends_before) <= c.back;
