use controller npu;

insert into design (design_id, name, device_id) values (1, 'd', 1);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'a', 'worker', 'core'),
  (2, 1, 'b', 'worker', 'core');
insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (1, 1, 'loop1', 1, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (1, 1, 'producer', 0, 1, 1),
  (1, 1, 'consumer', 1, 1, 1);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (2, 1, 'loop2', 2, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (2, 1, 'producer', 0, 1, 1),
  (2, 1, 'consumer', 1, 1, 1);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (3, 1, 'loop3', 3, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (3, 1, 'producer', 0, 1, 1),
  (3, 1, 'consumer', 1, 1, 1);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (4, 1, 'loop4', 4, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (4, 1, 'producer', 0, 1, 1),
  (4, 1, 'consumer', 1, 1, 1);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (5, 1, 'loop5', 5, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (5, 1, 'producer', 0, 1, 1),
  (5, 1, 'consumer', 1, 1, 1);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (6, 1, 'loop6', 6, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (6, 1, 'producer', 0, 1, 1),
  (6, 1, 'consumer', 1, 1, 1);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (7, 1, 'loop7', 7, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (7, 1, 'producer', 0, 1, 1),
  (7, 1, 'consumer', 1, 1, 1);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (8, 1, 'loop8', 8, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (8, 1, 'producer', 0, 1, 1),
  (8, 1, 'consumer', 1, 1, 1);

create test eight_fifos_of_a_worker_alone_take_all_locks begin
  expect optimal;
end;

create test a_ninth_finds_no_lock begin
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (9, 1, 'loop9', 9, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (9, 1, 'producer', 0, 1, 1),
    (9, 1, 'consumer', 1, 1, 1);
  expect infeasible because (core_locks);
end;

create test a_shared_fifo_has_its_locks_where_its_memory_is begin
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (9, 1, 'f', 9, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (9, 2, 'producer', 0, 2, 1),
    (9, 1, 'consumer', 1, 2, 1);
  expect optimal;
  expect (select controllable_sharing from object_fifo where fifo_id = 9) = 1;
end;

create test the_producer_has_no_lock_left_for_it begin
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (9, 1, 'f', 9, 64, '[64]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (9, 1, 'producer', 0, 2, 1),
    (9, 2, 'consumer', 1, 2, 1);
  expect infeasible because (core_locks, object_fifo.check7, sharing);
end;
