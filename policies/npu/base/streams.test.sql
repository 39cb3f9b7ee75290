use controller npu;

insert into design (design_id, name, device_id) values (1, 'd', 1);
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

create test two_fifos_go_north_side_by_side begin
  update tile_limit set north_streams = 1, south_streams = 2 where kind = 'core';
  expect optimal;
  expect (select (select controllable_tile from placeable where placeable_id = 1) > (select controllable_tile from placeable where placeable_id = 2)) = 1;
end;

create test or_south begin
  update tile_limit set north_streams = 2, south_streams = 1 where kind = 'core';
  expect optimal;
  expect (select (select controllable_tile from placeable where placeable_id = 1) < (select controllable_tile from placeable where placeable_id = 2)) = 1;
end;

create test one_stream_each_way_is_too_few begin
  update tile_limit set north_streams = 1, south_streams = 1 where kind = 'core';
  expect infeasible;
end;
