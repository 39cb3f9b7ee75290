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

create test two_streams_need_four_locks begin
  update tile_limit set locks = 4 where kind = 'shim';
  expect optimal;
end;

create test with_fewer_there_is_no_place begin
  update tile_limit set locks = 3 where kind = 'shim';
  expect infeasible because (tile_kind, tile_locks);
end;
