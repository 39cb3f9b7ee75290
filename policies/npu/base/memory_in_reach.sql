-- A worker that uses another's buffer stands where it reaches that tile's memory.
create constraint memory_in_reach as
select * from memory_access as a
join live_part as c on c.placeable_id = a.accessor
join live_part as o on o.placeable_id = a.owner
check exists (
  select 1 from memory_reach as r
  where r.tile_id = c.controllable_tile and r.memory_tile = o.controllable_tile);
