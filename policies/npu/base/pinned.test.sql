use controller npu;

insert into design (design_id, name, device_id) values (1, 'd', 1);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'a', 'worker', 'core'),
  (2, 1, 'b', 'worker', 'core');
insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024);

create test a_pin_names_the_tile begin
  update placeable set min_col = 0, max_col = 0, min_row = 4, max_row = 4 where placeable_id = 1;
  expect optimal;
  expect (select controllable_tile from placeable where placeable_id = 1) = 10004;
end;

create test a_range_leaves_some begin
  update placeable set min_row = 3, max_row = 4;
  expect optimal;
  expect (select min(controllable_tile), max(controllable_tile) from placeable) = (10003, 10004);
end;

create test two_pins_on_one_tile_are_refused begin
  update placeable set min_col = 0, max_col = 0, min_row = 4, max_row = 4 where placeable_id = 1;
  update placeable set min_col = 0, max_col = 0, min_row = 4, max_row = 4 where placeable_id = 2;
  expect infeasible because (one_worker_per_tile, pinned, tile_kind);
end;

create test a_pin_on_a_memory_tile_is_refused begin
  update placeable set min_col = 0, max_col = 0, min_row = 1, max_row = 1 where placeable_id = 1;
  expect infeasible because (pinned, tile_kind);
end;

create test a_column_that_is_not_there_is_refused begin
  update placeable set min_col = 1;
  expect infeasible because (pinned, tile_kind);
end;

create test a_highest_column_holds_as_well begin
  update design set device_id = 4;
  update placeable set max_col = 0, min_row = 5;
  update placeable set max_col = 1, min_col = 1 where placeable_id = 2;
  expect optimal;
  expect (select controllable_tile from placeable order by placeable_id) = (40005, 40105);
end;
