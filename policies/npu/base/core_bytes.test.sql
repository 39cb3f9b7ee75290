use controller npu;

insert into design (design_id, name, device_id) values (1, 'd', 1);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'a', 'worker', 'core'),
  (2, 1, 'b', 'worker', 'core');
insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (1, 1, 'f', 1, 31000, '[31000]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (1, 1, 'producer', 0, 2, 1),
  (1, 2, 'consumer', 1, 2, 1);

create test two_buffers_beside_the_stack_fit begin
  expect optimal;
end;

create test larger_ones_do_not begin
  update object_fifo set via_dma = 1, object_bytes = 33000;
  expect infeasible because (core_bytes);
end;

create test shared_buffers_take_memory_once begin
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (2, 1, 'g', 2, 31000, '[31000]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (2, 2, 'producer', 0, 2, 1),
    (2, 1, 'consumer', 1, 2, 1);
  update placeable set min_col = 0, max_col = 0, min_row = 2, max_row = 2 where placeable_id = 1;
  update placeable set min_col = 0, max_col = 0, min_row = 3, max_row = 3 where placeable_id = 2;
  expect optimal;
  expect (select sum(controllable_sharing) from object_fifo) = 2;
end;

create test static_buffers_count begin
  insert into worker_buffer (placeable_id, name, bytes, kind) values (1, 'table', 4000, 'static');
  expect infeasible because (core_bytes, object_fifo.check7, sharing);
end;
