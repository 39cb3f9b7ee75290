use controller npu;

insert into design (design_id, name, device_id) values (1, 'd', 1);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'a', 'worker', 'core');
insert into worker (placeable_id, stack_bytes) values (1, 1024);

create test what_is_out_of_use_is_left_out begin
  update tile set usable = 0 where tile_id in (10002, 10003, 10005);
  expect optimal;
  expect (select controllable_tile from placeable where placeable_id = 1) = 10004;
end;

create test without_a_tile_in_use_there_is_no_place begin
  update tile set usable = 0 where kind = 'core';
  expect infeasible because (tile_kind, usable_tile);
end;
