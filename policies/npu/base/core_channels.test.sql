use controller npu;

insert into design (design_id, name, device_id) values (1, 'd', 4);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'a', 'worker', 'core'),
  (2, 1, 'b', 'worker', 'core'),
  (3, 1, 'c', 'worker', 'core'),
  (4, 1, 'd', 'worker', 'core');
insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024), (3, 1024), (4, 1024);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (1, 1, 'f1', 1, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (1, 1, 'producer', 0, 2, 1),
  (1, 4, 'consumer', 1, 2, 1);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (2, 1, 'f2', 2, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (2, 2, 'producer', 0, 2, 1),
  (2, 4, 'consumer', 1, 2, 1);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (3, 1, 'f3', 3, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (3, 3, 'producer', 0, 2, 1),
  (3, 4, 'consumer', 1, 2, 1);

create test a_third_input_is_shared_with_a_neighbour begin
  expect optimal;
  expect (select sum(controllable_sharing = 0) <= 2 from object_fifo) = 1;
end;

create test a_third_input_through_dma_is_refused begin
  update object_fifo set via_dma = 1;
  expect infeasible because (core_s2mm);
end;

create test two_of_three_inputs_may_use_dma begin
  update object_fifo set via_dma = 1 where fifo_id < 3;
  expect optimal;
  expect (select controllable_sharing > 0 from object_fifo where fifo_id = 3) = 1;
end;

create test a_third_output_is_shared_with_a_neighbour begin
  delete from endpoint;
  delete from object_fifo;
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (4, 1, 'g1', 4, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (4, 4, 'producer', 0, 2, 1),
    (4, 1, 'consumer', 1, 2, 1);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (5, 1, 'g2', 5, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (5, 4, 'producer', 0, 2, 1),
    (5, 2, 'consumer', 1, 2, 1);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (6, 1, 'g3', 6, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (6, 4, 'producer', 0, 2, 1),
    (6, 3, 'consumer', 1, 2, 1);
  expect optimal;
  expect (select sum(controllable_sharing = 0) <= 2 from object_fifo) = 1;
end;

create test a_third_output_through_dma_is_refused begin
  delete from endpoint;
  delete from object_fifo;
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (4, 1, 'g1', 4, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (4, 4, 'producer', 0, 2, 1),
    (4, 1, 'consumer', 1, 2, 1);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (5, 1, 'g2', 5, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (5, 4, 'producer', 0, 2, 1),
    (5, 2, 'consumer', 1, 2, 1);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (6, 1, 'g3', 6, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (6, 4, 'producer', 0, 2, 1),
    (6, 3, 'consumer', 1, 2, 1);
  update object_fifo set via_dma = 1;
  expect infeasible because (core_mm2s);
end;

create test a_forward_beside_a_worker_takes_channels begin
  delete from endpoint;
  delete from object_fifo;
  delete from placeable;
  delete from design;
  insert into design (design_id, name, device_id) values (1, 'd', 1);
  insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
    (1, 1, 'a', 'worker', 'core'),
    (2, 1, 'b', 'worker', 'core'),
    (3, 1, 'l', 'link', 'core');
  insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024);
  insert into link (placeable_id, kind) values (3, 'forward');
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (1, 1, 'f', 1, 64, '[64]', 'uint8', 1, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (1, 1, 'producer', 0, 2, 1),
    (1, 2, 'consumer', 1, 2, 1);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (2, 1, 'g', 2, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (2, 1, 'producer', 0, 2, 1),
    (2, 3, 'consumer', 1, 2, null);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (3, 1, 'h', 3, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (3, 3, 'producer', 0, 2, null),
    (3, 2, 'consumer', 1, 2, 1);
  update placeable set min_col = 0, max_col = 0, min_row = 3, max_row = 3 where placeable_id = 3;
  update placeable set min_col = 0, max_col = 0, min_row = 3, max_row = 3 where placeable_id = 1;
  expect infeasible because (pinned, tile_kind, tile_mm2s);
end;

create test a_forward_elsewhere_does_not begin
  delete from endpoint;
  delete from object_fifo;
  delete from placeable;
  delete from design;
  insert into design (design_id, name, device_id) values (1, 'd', 1);
  insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
    (1, 1, 'a', 'worker', 'core'),
    (2, 1, 'b', 'worker', 'core'),
    (3, 1, 'l', 'link', 'core');
  insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024);
  insert into link (placeable_id, kind) values (3, 'forward');
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (1, 1, 'f', 1, 64, '[64]', 'uint8', 1, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (1, 1, 'producer', 0, 2, 1),
    (1, 2, 'consumer', 1, 2, 1);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (2, 1, 'g', 2, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (2, 1, 'producer', 0, 2, 1),
    (2, 3, 'consumer', 1, 2, null);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (3, 1, 'h', 3, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (3, 3, 'producer', 0, 2, null),
    (3, 2, 'consumer', 1, 2, 1);
  update placeable set min_col = 0, max_col = 0, min_row = 3, max_row = 3 where placeable_id = 1;
  update placeable set min_col = 0, max_col = 0, min_row = 4, max_row = 4 where placeable_id = 2;
  expect optimal;
  expect (select controllable_tile in (10002, 10005) from placeable where placeable_id = 3) = 1;
end;
