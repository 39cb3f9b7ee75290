-- A design keeps to its columns, and its workers to its rows.
create constraint within_design as
select * from live_part as p
join live_tile as t on t.tile_id = p.controllable_tile
where p.design_min_col is not null
  or p.design_max_col is not null
  or p.design_min_row is not null
  or p.design_max_row is not null
check t.col >= coalesce(p.design_min_col, 0)
  and t.col <= coalesce(p.design_max_col, 99)
  and (p.tile_kind <> 'core'
    or (t.row >= coalesce(p.design_min_row, 0)
      and t.row <= coalesce(p.design_max_row, 99)));
