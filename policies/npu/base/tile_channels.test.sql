use controller npu;

insert into design (design_id, name, device_id) values (1, 'd', 1);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'w1', 'worker', 'core'),
  (2, 1, 'w2', 'worker', 'core'),
  (11, 1, 'shim:o1', 'runtime', 'shim'),
  (12, 1, 'shim:o2', 'runtime', 'shim');
insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (1, 1, 'o1', 1, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (1, 1, 'producer', 0, 2, 1),
  (1, 11, 'consumer', 1, 2, null);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (2, 1, 'o2', 2, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (2, 2, 'producer', 0, 2, 1),
  (2, 12, 'consumer', 1, 2, null);

create test a_shim_tile_takes_two_streams begin
  expect optimal;
end;

create test a_third_is_refused begin
  insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
    (3, 1, 'w3', 'worker', 'core'),
    (13, 1, 'shim:o3', 'runtime', 'shim');
  insert into worker (placeable_id, stack_bytes) values (3, 1024);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (3, 1, 'o3', 3, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (3, 3, 'producer', 0, 2, 1),
    (3, 13, 'consumer', 1, 2, null);
  expect infeasible because (tile_kind, tile_s2mm);
end;

create test a_second_column_takes_it begin
  update design set device_id = 2;
  insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
    (3, 1, 'w3', 'worker', 'core'),
    (13, 1, 'shim:o3', 'runtime', 'shim');
  insert into worker (placeable_id, stack_bytes) values (3, 1024);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (3, 1, 'o3', 3, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (3, 3, 'producer', 0, 2, 1),
    (3, 13, 'consumer', 1, 2, null);
  expect optimal;
  expect (select count(distinct controllable_tile) from placeable where kind = 'runtime') = 2;
end;

create test it_sends_two_streams begin
  delete from endpoint;
  delete from object_fifo;
  delete from placeable;
  delete from design;
  insert into design (design_id, name, device_id) values (1, 'd', 1);
  insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
    (1, 1, 'w1', 'worker', 'core'),
    (2, 1, 'w2', 'worker', 'core'),
    (11, 1, 'shim:i1', 'runtime', 'shim'),
    (12, 1, 'shim:i2', 'runtime', 'shim');
  insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (1, 1, 'i1', 1, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (1, 11, 'producer', 0, 2, null),
    (1, 1, 'consumer', 1, 2, 1);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (2, 1, 'i2', 2, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (2, 12, 'producer', 0, 2, null),
    (2, 2, 'consumer', 1, 2, 1);
  expect optimal;
end;

create test and_no_third begin
  delete from endpoint;
  delete from object_fifo;
  delete from placeable;
  delete from design;
  insert into design (design_id, name, device_id) values (1, 'd', 1);
  insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
    (1, 1, 'w1', 'worker', 'core'),
    (2, 1, 'w2', 'worker', 'core'),
    (3, 1, 'w3', 'worker', 'core'),
    (11, 1, 'shim:i1', 'runtime', 'shim'),
    (12, 1, 'shim:i2', 'runtime', 'shim'),
    (13, 1, 'shim:i3', 'runtime', 'shim');
  insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024), (3, 1024);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (1, 1, 'i1', 1, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (1, 11, 'producer', 0, 2, null),
    (1, 1, 'consumer', 1, 2, 1);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (2, 1, 'i2', 2, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (2, 12, 'producer', 0, 2, null),
    (2, 2, 'consumer', 1, 2, 1);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (3, 1, 'i3', 3, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (3, 13, 'producer', 0, 2, null),
    (3, 3, 'consumer', 1, 2, 1);
  expect infeasible because (tile_kind, tile_mm2s);
end;
