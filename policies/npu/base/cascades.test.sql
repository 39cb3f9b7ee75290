use controller npu;

insert into design (design_id, name, device_id) values (1, 'd', 2);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'a', 'worker', 'core'),
  (2, 1, 'b', 'worker', 'core'),
  (3, 1, 'c', 'worker', 'core');
insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024), (3, 1024);
insert into cascade_link (source, destination) values (1, 2);

create test a_cascade_goes_south begin
  update placeable set min_col = 0, max_col = 0, min_row = 4, max_row = 4 where placeable_id = 1;
  expect optimal;
  expect (select controllable_tile from placeable where placeable_id = 2) <> 20005;
end;

create test or_east begin
  update placeable set min_col = 0, max_col = 0, min_row = 3, max_row = 3 where placeable_id = 1;
  update placeable set min_col = 1, max_col = 1, min_row = 3, max_row = 3 where placeable_id = 2;
  expect optimal;
end;

create test never_north begin
  update placeable set min_col = 0, max_col = 0, min_row = 3, max_row = 3 where placeable_id = 1;
  update placeable set min_col = 0, max_col = 0, min_row = 4, max_row = 4 where placeable_id = 2;
  expect infeasible;
end;

create test a_core_reads_one_cascade begin
  insert into cascade_link (source, destination) values (3, 2);
  expect infeasible because (one_cascade_in);
end;

create test and_writes_one begin
  insert into cascade_link (source, destination) values (1, 3);
  expect infeasible because (one_cascade_out);
end;
