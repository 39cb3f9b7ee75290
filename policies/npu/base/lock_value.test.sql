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

create test a_lock_counts_to_63 begin
  update object_fifo set repeat_count = 7;
  update endpoint set depth = 9, max_acquire = iif(position = 0, null, 1);
  expect optimal;
end;

create test and_no_further begin
  update object_fifo set repeat_count = 8, object_bytes = 4;
  update endpoint set depth = 8, max_acquire = iif(position = 0, null, 1);
  expect infeasible because (lock_value);
end;
