use controller npu;

insert into design (design_id, name, device_id) values (1, 'd', 2);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'a', 'worker', 'core'),
  (2, 1, 'b', 'worker', 'core');
insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (1, 1, 'f', 1, 64, '[64]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (1, 1, 'producer', 0, 2, 1),
  (1, 2, 'consumer', 1, 2, 1);

create test one_above_the_other_shares_the_memory_of_the_producer begin
  update placeable set min_col = 0, max_col = 0, min_row = 2, max_row = 2 where placeable_id = 1;
  update placeable set min_col = 0, max_col = 0, min_row = 3, max_row = 3 where placeable_id = 2;
  expect optimal;
  expect (select controllable_sharing from object_fifo) = 1;
end;

create test the_other_way_round_as_well begin
  update placeable set min_col = 0, max_col = 0, min_row = 3, max_row = 3 where placeable_id = 1;
  update placeable set min_col = 0, max_col = 0, min_row = 2, max_row = 2 where placeable_id = 2;
  expect optimal;
  expect (select controllable_sharing from object_fifo) = 1;
end;

create test a_producer_in_the_west_has_the_memory begin
  update placeable set min_col = 0, max_col = 0, min_row = 3, max_row = 3 where placeable_id = 1;
  update placeable set min_col = 1, max_col = 1, min_row = 3, max_row = 3 where placeable_id = 2;
  expect optimal;
  expect (select controllable_sharing from object_fifo) = 1;
end;

create test a_consumer_in_the_west_has_the_memory begin
  update placeable set min_col = 1, max_col = 1, min_row = 3, max_row = 3 where placeable_id = 1;
  update placeable set min_col = 0, max_col = 0, min_row = 3, max_row = 3 where placeable_id = 2;
  expect optimal;
  expect (select controllable_sharing from object_fifo) = 2;
end;

create test others_use_dma begin
  update placeable set min_col = 0, max_col = 0, min_row = 2, max_row = 2 where placeable_id = 1;
  update placeable set min_col = 1, max_col = 1, min_row = 3, max_row = 3 where placeable_id = 2;
  expect optimal;
  expect (select controllable_sharing from object_fifo) = 0;
end;

create test neighbours_in_a_device_of_even_rows_reach_east begin
  update design set device_id = 21;
  update placeable set min_col = 4, max_col = 4, min_row = 2, max_row = 2 where placeable_id = 1;
  update placeable set min_col = 5, max_col = 5, min_row = 2, max_row = 2 where placeable_id = 2;
  expect optimal;
  expect (select controllable_sharing from object_fifo) = 2;
end;
