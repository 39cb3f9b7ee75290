use controller npu;

insert into design (design_id, name, device_id) values (1, 'd', 1);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'a', 'worker', 'core'),
  (2, 1, 'b', 'worker', 'core'),
  (3, 1, 'l', 'link', 'mem'),
  (4, 1, 'm', 'link', 'mem'),
  (5, 1, 'shim:i', 'runtime', 'shim'),
  (6, 1, 'shim:j', 'runtime', 'shim');
insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024);
insert into link (placeable_id, kind) values (3, 'forward'), (4, 'forward');
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (1, 1, 'i', 1, 131072, '[131072]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (1, 5, 'producer', 0, 2, null),
  (1, 3, 'consumer', 1, 2, null);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (2, 1, 'j', 2, 131072, '[131072]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (2, 6, 'producer', 0, 2, null),
  (2, 4, 'consumer', 1, 2, null);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (3, 1, 'x', 3, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (3, 3, 'producer', 0, 2, null),
  (3, 1, 'consumer', 1, 2, 1);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (4, 1, 'y', 4, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (4, 4, 'producer', 0, 2, null),
  (4, 2, 'consumer', 1, 2, 1);

create test four_buffers_fill_a_memory_tile begin
  expect optimal;
end;

create test larger_ones_are_refused begin
  update object_fifo set object_bytes = 131076 where fifo_id = 1;
  expect infeasible because (tile_bytes, tile_kind);
end;

create test two_memory_tiles_have_more begin
  update object_fifo set object_bytes = 200000 where fifo_id < 3;
  update design set device_id = 2;
  expect optimal;
  expect (select count(distinct controllable_tile) from placeable where kind = 'link') = 2;
end;
