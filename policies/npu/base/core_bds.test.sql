use controller npu;

insert into design (design_id, name, device_id) values (1, 'd', 1);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'a', 'worker', 'core'),
  (2, 1, 'b', 'worker', 'core');
insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (1, 1, 'f', 1, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (1, 1, 'producer', 0, 9, 8),
  (1, 2, 'consumer', 1, 9, 8);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (2, 1, 'g', 2, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (2, 1, 'producer', 0, 9, 8),
  (2, 2, 'consumer', 1, 9, 8);

create test shared_fifos_need_no_descriptors begin
  expect optimal;
  expect (select min(controllable_sharing) > 0 from object_fifo) = 1;
end;

create test through_dma_they_need_more_than_there_are begin
  update object_fifo set via_dma = 1;
  expect infeasible because (core_bds);
end;

create test apart_they_do_as_well begin
  update placeable set min_col = 0, max_col = 0, min_row = 2, max_row = 2 where placeable_id = 1;
  update placeable set min_col = 0, max_col = 0, min_row = 4, max_row = 4 where placeable_id = 2;
  expect infeasible because (core_bds, pinned, sharing);
end;
