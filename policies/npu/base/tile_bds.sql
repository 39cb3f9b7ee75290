-- Buffer descriptors of every tile: of fifos, and on shim tiles of the runtime's tasks.
create constraint tile_bds as
select * from live_part as p
join live_tile as t on t.tile_id = p.controllable_tile
group by t.tile_id, t.bds
check sum(p.bds + p.task_bds) <= t.bds;
