use schema '../../../schema/50_npu.sql';

insert into design (design_id, name, device_id) values (1, 'd', 1);
insert into placeable (placeable_id, design_id, name, kind, tile_kind, controllable_tile) values
  (1, 1, 'w', 'worker', 'core', 10002),
  (2, 1, 'shim:in', 'runtime', 'shim', 10000);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype) values
  (1, 1, 'in', 0, 4096, '[1024]', 'int32');
insert into transfer (transfer_id, fifo_id, direction, tasks, pattern) values
  (1, 1, 'fill', 1, '{"tensor": [64, 2048], "offset": 0, "sizes": [1, 1, 4, 1023], "strides": [0, 0, 2048, 1]}');

create test rows_of_a_wrap_fit begin
  expect optimal;
end;

create test longer_rows_do_not begin
  update transfer set pattern = json_set(pattern, '$.sizes[3]', 1024);
  expect infeasible because (transfer_fits);
end;

create test a_contiguous_run_may_be_longer begin
  update transfer set pattern = '{"tensor": [64, 2048], "offset": 0, "sizes": [4, 2048], "strides": [2048, 1]}';
  expect optimal;
end;

create test sixty_five_repetitions_do_not_fit begin
  update transfer set pattern = json_set(pattern, '$.sizes[0]', 65);
  expect infeasible because (transfer_fits);
end;

create test designs_that_are_gone_do_not_count begin
  update transfer set pattern = json_set(pattern, '$.sizes[0]', 65);
  update design set status = 'REMOVED';
  expect optimal;
end;
