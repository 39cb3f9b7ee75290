-- Locks of every tile.
create constraint tile_locks as
select * from live_part as p
join live_tile as t on t.tile_id = p.controllable_tile
group by t.tile_id, t.locks
check sum(p.locks) <= t.locks;
