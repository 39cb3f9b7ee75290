-- Channels of even number reach the lower half of a memory tile's descriptors, those of odd number the upper half.
-- edict:ignore L003 five rules make one choice of a half
create constraint bd_half_here as
select * from live_mem_end as e
check e.controllable_bd_half in (select h.bd_half_id from live_bd_half as h);

-- The half is one of the tile that the part stands on.
create constraint bd_half_at_home as
select * from live_mem_end as e
join live_bd_half as h on h.bd_half_id = e.controllable_bd_half
check h.tile_id = e.controllable_tile;

-- Each half has so many descriptors.
create constraint bd_half_bds as
select * from live_mem_end as e
join live_bd_half as h on h.bd_half_id = e.controllable_bd_half
group by h.bd_half_id, h.bds
check sum(e.bds) <= h.bds;

-- Each half has so many channels that write memory.
create constraint bd_half_s2mm as
select * from live_mem_end as e
join live_bd_half as h on h.bd_half_id = e.controllable_bd_half
group by h.bd_half_id, h.channels
check sum(e.s2mm) <= h.channels;

-- Each half has so many channels that read memory.
create constraint bd_half_mm2s as
select * from live_mem_end as e
join live_bd_half as h on h.bd_half_id = e.controllable_bd_half
group by h.bd_half_id, h.channels
check sum(e.mm2s) <= h.channels;
