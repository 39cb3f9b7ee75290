-- As few columns as possible, so that whole ones stay free for other designs.
create constraint few_columns as
select * from live_part as p
join live_tile as t on t.tile_id = p.controllable_tile
minimize count(distinct t.col)
weight 1;
