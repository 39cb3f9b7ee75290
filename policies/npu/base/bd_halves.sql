-- Channels of even number reach the lower half of a memory tile's descriptors, those of odd number the upper half.
create constraint bd_half_here as
select * from live_mem_end as e
check e.controllable_bd_half in (select h.bd_half_id from live_bd_half as h);

create constraint bd_half_at_home as
select * from live_mem_end as e
join live_bd_half as h on h.bd_half_id = e.controllable_bd_half
check h.tile_id = e.controllable_tile;

create constraint bd_half_bds as
select * from live_mem_end as e
join live_bd_half as h on h.bd_half_id = e.controllable_bd_half
group by h.bd_half_id, h.bds
check sum(e.bds) <= h.bds;

create constraint bd_half_s2mm as
select * from live_mem_end as e
join live_bd_half as h on h.bd_half_id = e.controllable_bd_half
group by h.bd_half_id, h.channels
check sum(e.s2mm) <= h.channels;

create constraint bd_half_mm2s as
select * from live_mem_end as e
join live_bd_half as h on h.bd_half_id = e.controllable_bd_half
group by h.bd_half_id, h.channels
check sum(e.mm2s) <= h.channels;
