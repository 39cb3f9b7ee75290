-- Channels that write memory, on every tile. Fifos that neighbours may share are counted by core_s2mm and core_mm2s.
-- edict:ignore L003 one rule for both directions
create constraint tile_s2mm as
select * from live_part as p
join live_tile as t on t.tile_id = p.controllable_tile
group by t.tile_id, t.s2mm
check sum(p.s2mm) <= t.s2mm;

-- Channels that read memory, on every tile.
create constraint tile_mm2s as
select * from live_part as p
join live_tile as t on t.tile_id = p.controllable_tile
group by t.tile_id, t.mm2s
check sum(p.mm2s) <= t.mm2s;
