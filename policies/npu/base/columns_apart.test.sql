use controller npu;

insert into design (design_id, name, device_id) values (1, 'd', 2);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'a', 'worker', 'core'),
  (2, 1, 'b', 'worker', 'core');
insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024);
insert into design (design_id, name, device_id) values (2, 'e', 2);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (3, 2, 'c', 'worker', 'core');
insert into worker (placeable_id, stack_bytes) values (3, 1024);

create test two_designs_have_columns_of_their_own begin
  expect optimal;
  expect (select max(controllable_tile / 100) from placeable where design_id = 1) <> (select controllable_tile / 100 from placeable where design_id = 2);
end;

create test one_column_is_not_shared begin
  update design set device_id = 1;
  expect infeasible because (columns_apart, tile_kind);
end;

create test no_design_stands_on_both_sides_of_another begin
  update design set device_id = 3;
  update placeable set min_col = 0, max_col = 0, min_row = 2, max_row = 2 where placeable_id = 1;
  update placeable set min_col = 2, max_col = 2, min_row = 2, max_row = 2 where placeable_id = 2;
  update placeable set min_col = 1, max_col = 1, min_row = 2, max_row = 2 where placeable_id = 3;
  expect infeasible because (columns_apart, pinned, tile_kind);
end;
