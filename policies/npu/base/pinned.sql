-- A part stands where its pin or range says.
create constraint pinned as
select * from live_part as p
join live_tile as t on t.tile_id = p.controllable_tile
where p.min_col is not null
  or p.max_col is not null
  or p.min_row is not null
  or p.max_row is not null
check t.col >= coalesce(p.min_col, 0)
  and t.col <= coalesce(p.max_col, 99)
  and t.row >= coalesce(p.min_row, 0)
  and t.row <= coalesce(p.max_row, 99);
