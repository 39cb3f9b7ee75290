use controller npu;

insert into design (design_id, name, device_id) values (1, 'd', 4);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'owner', 'worker', 'core'),
  (2, 1, 'c1', 'worker', 'core'),
  (3, 1, 'c2', 'worker', 'core'),
  (4, 1, 'c3', 'worker', 'core'),
  (5, 1, 'c4', 'worker', 'core');
insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024), (3, 1024), (4, 1024), (5, 1024);
update placeable set min_col = 1, max_col = 1, min_row = 3, max_row = 3 where placeable_id = 1;
insert into memory_access (accessor, owner) values (2, 1), (3, 1), (4, 1);

create test three_others_reach_a_memory begin
  expect optimal;
  expect (select controllable_tile from placeable where placeable_id in (2, 3, 4) order by 1) = (40102, 40104, 40203);
end;

create test a_fourth_does_not begin
  insert into memory_access (accessor, owner) values (5, 1);
  expect infeasible;
end;

create test not_from_the_west begin
  update placeable set min_col = 0, max_col = 0, min_row = 3, max_row = 3 where placeable_id = 2;
  expect infeasible;
end;
