use controller npu;

use policies '../base', 'descriptor_room.sql';

-- Two fills of ten tasks on a device of two columns, one worker that takes both, and one that shares a fifo with it.
insert into design (design_id, name, device_id) values (1, 'd', 2);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'a', 'worker', 'core'),
  (2, 1, 'b', 'worker', 'core'),
  (3, 1, 'shim:in', 'runtime', 'shim'),
  (4, 1, 'shim:more', 'runtime', 'shim');
insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype) values
  (1, 1, 'in', 0, 64, '[64]', 'uint8'),
  (2, 1, 'more', 1, 64, '[64]', 'uint8'),
  (3, 1, 'f', 2, 64, '[64]', 'uint8');
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (1, 3, 'producer', 0, 2, null),
  (1, 1, 'consumer', 1, 2, 1),
  (2, 4, 'producer', 0, 2, null),
  (2, 1, 'consumer', 1, 2, 1),
  (3, 1, 'producer', 0, 9, 8),
  (3, 2, 'consumer', 1, 9, 8);
insert into transfer (fifo_id, direction, tasks) values (1, 'fill', 7), (2, 'fill', 8);

-- A design on another device: two links whose ends need ten descriptors each, two of which a half holds.
insert into design (design_id, name, device_id) values (2, 'e', 3);
insert into placeable (placeable_id, design_id, name, kind, tile_kind)
values (11, 2, 'l0', 'link', 'mem'), (12, 2, 'l1', 'link', 'mem');
insert into link (placeable_id, kind) values (11, 'forward'), (12, 'forward');
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (21, 2, 'shim:i0', 'runtime', 'shim'),
  (22, 2, 'shim:i1', 'runtime', 'shim'),
  (31, 2, 'shim:o0', 'runtime', 'shim'),
  (32, 2, 'shim:o1', 'runtime', 'shim');
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype) values
  (11, 2, 'i0', 0, 64, '[64]', 'uint8'),
  (12, 2, 'i1', 1, 64, '[64]', 'uint8'),
  (21, 2, 'o0', 2, 64, '[64]', 'uint8'),
  (22, 2, 'o1', 3, 64, '[64]', 'uint8');
insert into endpoint (fifo_id, placeable_id, side, position, depth) values
  (11, 21, 'producer', 0, 10),
  (11, 11, 'consumer', 1, 10),
  (12, 22, 'producer', 0, 10),
  (12, 12, 'consumer', 1, 10),
  (21, 11, 'producer', 0, 10),
  (21, 31, 'consumer', 1, 10),
  (22, 12, 'producer', 0, 10),
  (22, 32, 'consumer', 1, 10);

create test tasks_are_spread_over_shim_tiles begin
  expect optimal;
  expect soft shim_room = 0;
  expect (select count(distinct controllable_tile) from placeable where design_id = 1 and kind = 'runtime') = 2;
end;

create test tasks_on_one_tile_leave_too_little begin
  update design set min_col = 0, max_col = 0 where design_id = 1;
  expect optimal;
  expect soft shim_room = 3;
end;

create test sharing_saves_descriptors begin
  expect soft core_room = 0;
  expect (select controllable_sharing > 0 from object_fifo where fifo_id = 3) = 1;
end;

create test apart_they_need_the_last_ones begin
  update placeable set min_row = placeable_id * 2, max_row = placeable_id * 2 where kind = 'worker';
  expect optimal;
  expect soft core_room = 1;
end;

create test ends_are_spread_over_halves_of_memory_tiles begin
  expect soft mem_room = 0;
  expect (select count(distinct controllable_bd_half) from endpoint) = 4;
end;

create test on_one_memory_tile_either_half_uses_two_of_its_last begin
  update placeable set min_col = 0, max_col = 0 where kind = 'link';
  expect optimal;
  expect soft mem_room = 4;
end;
