-- A link's buffers lie in its own memory tile or, where it overflows, in the one east or west of it.
create constraint buffer_in_reach as
select * from live_buffer as b
check b.controllable_tile = b.link_tile
  or exists (select 1 from memory_reach as r where r.tile_id = b.link_tile and r.memory_tile = b.controllable_tile);

create constraint buffer_bytes as
select * from live_buffer as b
join live_tile as t on t.tile_id = b.controllable_tile
group by t.tile_id, t.data_bytes
check sum(b.bytes) <= t.data_bytes;
