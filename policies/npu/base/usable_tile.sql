-- No part stands on a tile that is out of use.
create constraint usable_tile as
select * from live_part as p
join live_tile as t on t.tile_id = p.controllable_tile
check t.usable = 1;
