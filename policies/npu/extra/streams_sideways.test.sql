use controller npu;

use policies '../base', 'streams_sideways.sql';

insert into design (design_id, name, device_id) values (1, 'd', 2);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'a', 'worker', 'core'),
  (2, 1, 'b', 'worker', 'core');
insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (1, 1, 'f', 1, 64, '[64]', 'uint8', 1, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (1, 1, 'producer', 0, 2, 1),
  (1, 2, 'consumer', 1, 2, 1);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (2, 1, 'g', 2, 64, '[64]', 'uint8', 1, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (2, 1, 'producer', 0, 2, 1),
  (2, 2, 'consumer', 1, 2, 1);
update tile_limit set side_streams = 0;

create test without_streams_sideways_both_stay_in_a_column begin
  expect optimal;
  expect (select count(distinct controllable_tile / 100) from placeable) = 1;
end;

create test from_west_to_east_nothing_goes begin
  update placeable set min_col = placeable_id - 1, max_col = placeable_id - 1;
  expect infeasible;
end;

create test nor_from_east_to_west begin
  update placeable set min_col = 2 - placeable_id, max_col = 2 - placeable_id;
  expect infeasible;
end;
