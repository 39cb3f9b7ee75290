-- The columns that each design takes.
create view design_span as
select p.design_id, p.device_id, min(t.col) as low, max(t.col) as high from live_part as p
join live_tile as t on t.tile_id = p.controllable_tile
group by p.design_id, p.device_id;

-- Designs on one device have columns of their own, one partition beside the other.
create constraint columns_apart as
select * from design_span as a
join design_span as b on b.device_id = a.device_id and a.design_id < b.design_id
check a.high < b.low or b.high < a.low;
