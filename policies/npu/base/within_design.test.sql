use controller npu;

insert into design (design_id, name, device_id) values (1, 'd', 1);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'a', 'worker', 'core'),
  (2, 1, 'b', 'worker', 'core');
insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024);

create test workers_keep_to_the_rows_of_their_design begin
  update design set min_row = 4, max_row = 5;
  expect optimal;
  expect (select min(controllable_tile) from placeable) = 10004;
end;

create test two_workers_need_two_rows begin
  update design set min_row = 5, max_row = 5;
  expect infeasible because (one_worker_per_tile, tile_kind, within_design);
end;

create test parts_keep_to_the_columns_of_their_design begin
  update design set device_id = 4, min_col = 2, max_col = 2;
  expect optimal;
  expect (select distinct controllable_tile / 100 from placeable) = 402;
end;

create test columns_beyond_the_device_are_none begin
  update design set min_col = 1;
  expect infeasible because (tile_kind, within_design);
end;
