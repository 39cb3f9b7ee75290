-- Data memory of every memory tile and core tile, without buffers that may lie elsewhere.
create constraint tile_bytes as
select * from live_part as p
join live_tile as t on t.tile_id = p.controllable_tile
where p.tile_kind <> 'shim'
group by t.tile_id, t.data_bytes
check sum(p.bytes) <= t.data_bytes;
