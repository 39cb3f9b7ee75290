use controller npu;

use policies '../base', 'few_moves.sql';

insert into design (design_id, name, device_id) values (1, 'd', 1);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'a', 'worker', 'core'),
  (2, 1, 'b', 'worker', 'core');
insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024);
update placeable set previous_tile = 10003 where placeable_id = 1;
update placeable set previous_tile = 10005 where placeable_id = 2;

create test parts_stay_where_they_were begin
  expect optimal;
  expect soft few_moves = 0;
  expect (select controllable_tile from placeable order by placeable_id) = (10003, 10005);
end;

create test a_broken_tile_moves_one begin
  update tile set usable = 0 where tile_id = 10003;
  expect optimal;
  expect soft few_moves = 1;
end;
