use controller npu;

insert into design (design_id, name, device_id) values (1, 'd', 2);
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
values (1, 1, 'i', 1, 200000, '[200000]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (1, 5, 'producer', 0, 2, null),
  (1, 3, 'consumer', 1, 2, null);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (2, 1, 'j', 2, 200000, '[200000]', 'uint8', 0, null);
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
insert into mem_buffer (mem_buffer_id, placeable_id, position, bytes) values (1, 3, 0, 200000), (2, 3, 1, 200000), (3, 4, 0, 200000), (4, 4, 1, 200000);

create test buffers_that_overflow_lie_beside begin
  update placeable set min_col = 0, max_col = 0 where kind = 'link';
  expect optimal;
  expect (select count(*) from mem_buffer as b join placeable as p on p.placeable_id = b.placeable_id where b.controllable_tile <> p.controllable_tile) = 2;
end;

create test one_column_alone_has_no_room_for_them begin
  update design set device_id = 1;
  expect infeasible because (buffer_bytes, buffer_in_reach, tile_kind);
end;

create test the_memory_two_columns_away_is_out_of_reach begin
  update design set device_id = 3;
  update placeable set min_col = 0, max_col = 0 where kind = 'link';
  update mem_buffer set bytes = 300000;
  expect infeasible;
end;

create test channels_that_reach_out_are_few begin
  update placeable set min_col = 0, max_col = 0 where kind = 'link';
  update tile_limit set neighbour_channels = 0;
  update bd_half set neighbour_channels = 0;
  expect infeasible;
end;

create test three_outputs_reach_out_by_four_channels begin
  delete from mem_buffer;
  delete from endpoint;
  delete from object_fifo;
  delete from placeable;
  delete from design;
  insert into design (design_id, name, device_id) values (1, 'd', 2);
  insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
    (1, 1, 'a', 'worker', 'core'),
    (2, 1, 'b', 'worker', 'core'),
    (3, 1, 'c', 'worker', 'core'),
    (10, 1, 'l', 'link', 'mem'),
    (11, 1, 'shim:in', 'runtime', 'shim');
  insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024), (3, 1024);
  insert into link (placeable_id, kind) values (10, 'split');
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (1, 1, 'in', 1, 300000, '[300000]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (1, 11, 'producer', 0, 2, null),
    (1, 10, 'consumer', 1, 2, null);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (2, 1, 'o1', 2, 100, '[100]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (2, 10, 'producer', 0, 2, null),
    (2, 1, 'consumer', 1, 2, 1);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (3, 1, 'o2', 3, 100, '[100]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (3, 10, 'producer', 0, 2, null),
    (3, 2, 'consumer', 1, 2, 1);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (4, 1, 'o3', 4, 100, '[100]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (4, 10, 'producer', 0, 2, null),
    (4, 3, 'consumer', 1, 2, 1);
  insert into mem_buffer (mem_buffer_id, placeable_id, position, bytes) values (1, 10, 0, 300000), (2, 10, 1, 300000);
  expect optimal;
end;

create test and_not_by_two begin
  delete from mem_buffer;
  delete from endpoint;
  delete from object_fifo;
  delete from placeable;
  delete from design;
  insert into design (design_id, name, device_id) values (1, 'd', 2);
  insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
    (1, 1, 'a', 'worker', 'core'),
    (2, 1, 'b', 'worker', 'core'),
    (3, 1, 'c', 'worker', 'core'),
    (10, 1, 'l', 'link', 'mem'),
    (11, 1, 'shim:in', 'runtime', 'shim');
  insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024), (3, 1024);
  insert into link (placeable_id, kind) values (10, 'split');
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (1, 1, 'in', 1, 300000, '[300000]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (1, 11, 'producer', 0, 2, null),
    (1, 10, 'consumer', 1, 2, null);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (2, 1, 'o1', 2, 100, '[100]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (2, 10, 'producer', 0, 2, null),
    (2, 1, 'consumer', 1, 2, 1);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (3, 1, 'o2', 3, 100, '[100]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (3, 10, 'producer', 0, 2, null),
    (3, 2, 'consumer', 1, 2, 1);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (4, 1, 'o3', 4, 100, '[100]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (4, 10, 'producer', 0, 2, null),
    (4, 3, 'consumer', 1, 2, 1);
  insert into mem_buffer (mem_buffer_id, placeable_id, position, bytes) values (1, 10, 0, 300000), (2, 10, 1, 300000);
  update bd_half set neighbour_channels = 1;
  expect infeasible;
end;
