use controller npu;

insert into design (design_id, name, device_id) values (1, 'd', 1);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'w1', 'worker', 'core'),
  (2, 1, 'w2', 'worker', 'core'),
  (3, 1, 'w3', 'worker', 'core'),
  (4, 1, 'w4', 'worker', 'core');
insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024), (3, 1024), (4, 1024);

create test four_workers_fill_a_column begin
  expect optimal;
  expect (select count(distinct controllable_tile) from placeable) = 4;
end;

create test a_fifth_finds_no_core begin
  insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
    (5, 1, 'w5', 'worker', 'core');
  insert into worker (placeable_id, stack_bytes) values (5, 1024);
  expect infeasible because (one_worker_per_tile, tile_kind);
end;

create test a_second_column_has_more begin
  update design set device_id = 2;
  insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
    (5, 1, 'w5', 'worker', 'core');
  insert into worker (placeable_id, stack_bytes) values (5, 1024);
  expect optimal;
  expect (select count(distinct controllable_tile) from placeable) = 5;
end;
