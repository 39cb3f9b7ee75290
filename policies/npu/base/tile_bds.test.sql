use controller npu;

insert into design (design_id, name, device_id) values (1, 'd', 1);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'w1', 'worker', 'core'),
  (11, 1, 'shim:i1', 'runtime', 'shim');
insert into worker (placeable_id, stack_bytes) values (1, 1024);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (1, 1, 'i1', 1, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (1, 11, 'producer', 0, 2, null),
  (1, 1, 'consumer', 1, 2, 1);
insert into transfer (fifo_id, direction, tasks) values (1, 'fill', 16);

create test sixteen_tasks_are_under_way begin
  expect optimal;
end;

create test a_seventeenth_is_refused begin
  update transfer set tasks = 17;
  expect infeasible because (tile_bds, tile_kind);
end;

create test two_fifos_share_the_descriptors begin
  insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
    (2, 1, 'w2', 'worker', 'core'),
    (12, 1, 'shim:i2', 'runtime', 'shim');
  insert into worker (placeable_id, stack_bytes) values (2, 1024);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (2, 1, 'i2', 2, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (2, 12, 'producer', 0, 2, null),
    (2, 2, 'consumer', 1, 2, 1);
  expect infeasible because (tile_bds, tile_kind);
end;
