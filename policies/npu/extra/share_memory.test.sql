use controller npu;

use policies '../base', 'share_memory.sql';

insert into design (design_id, name, device_id) values (1, 'd', 1);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'a', 'worker', 'core'),
  (2, 1, 'b', 'worker', 'core'),
  (3, 1, 'shim:in', 'runtime', 'shim');
insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (1, 1, 'in', 1, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (1, 3, 'producer', 0, 2, null),
  (1, 1, 'consumer', 1, 2, 1);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (2, 1, 'f', 2, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (2, 1, 'producer', 0, 2, 1),
  (2, 2, 'consumer', 1, 2, 1);

create test neighbours_share begin
  expect optimal;
  expect soft share_memory = 1;
end;

create test those_that_are_apart_do_not begin
  update placeable set min_col = 0, max_col = 0, min_row = 2, max_row = 2 where placeable_id = 1;
  update placeable set min_col = 0, max_col = 0, min_row = 4, max_row = 4 where placeable_id = 2;
  expect optimal;
  expect soft share_memory = 0;
end;
