use controller npu;

insert into design (design_id, name, device_id) values (1, 'd', 1);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'a', 'worker', 'core'),
  (2, 1, 'b', 'worker', 'core');
insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024);
update placeable set current_tile = 10003 where placeable_id = 1;
update placeable set current_tile = 10005 where placeable_id = 2;

create test what_is_placed_keeps_its_tile begin
  update design set status = 'PLACED';
  expect optimal;
  expect (select controllable_tile from placeable order by placeable_id) = (10003, 10005);
end;

create test a_placed_tile_that_breaks_is_told begin
  update design set status = 'RESOLVED';
  update tile set usable = 0 where tile_id = 10003;
  expect infeasible because (placed_stays, usable_tile);
end;

create test what_is_declared_may_go_elsewhere begin
  update tile set usable = 0 where tile_id = 10003;
  expect optimal;
  expect (select controllable_tile from placeable where placeable_id = 1) <> 10003;
end;
