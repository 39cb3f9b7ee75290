use controller npu;

insert into design (design_id, name, device_id) values (1, 'd', 2);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'w1', 'worker', 'core'),
  (2, 1, 'w2', 'worker', 'core'),
  (3, 1, 'w3', 'worker', 'core'),
  (4, 1, 'w4', 'worker', 'core'),
  (5, 1, 'w5', 'worker', 'core'),
  (6, 1, 'w6', 'worker', 'core'),
  (10, 1, 'l', 'link', 'mem'),
  (11, 1, 'shim:in', 'runtime', 'shim');
insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024), (3, 1024), (4, 1024), (5, 1024), (6, 1024);
insert into link (placeable_id, kind) values (10, 'split');
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (1, 1, 'in', 1, 600, '[600]', 'uint8', 0, null);
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
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (5, 1, 'o4', 5, 100, '[100]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (5, 10, 'producer', 0, 2, null),
  (5, 4, 'consumer', 1, 2, 1);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (6, 1, 'o5', 6, 100, '[100]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (6, 10, 'producer', 0, 2, null),
  (6, 5, 'consumer', 1, 2, 1);
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
values (7, 1, 'o6', 7, 100, '[100]', 'uint8', 0, null);
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
  (7, 10, 'producer', 0, 2, null),
  (7, 6, 'consumer', 1, 2, 1);

create test six_outputs_of_depth_two_fit begin
  expect optimal;
  expect (select count(*) from endpoint as e join bd_half as h on h.bd_half_id = e.controllable_bd_half join placeable as p on p.placeable_id = e.placeable_id where h.tile_id = p.controllable_tile) = 7;
end;

create test of_depth_three_one_half_has_too_few_descriptors begin
  update endpoint set depth = 3;
  expect infeasible;
end;

create test twenty_five_descriptors_for_one_channel_are_too_many begin
  delete from endpoint where fifo_id > 2;
  delete from object_fifo where fifo_id > 2;
  update endpoint set depth = 25;
  expect infeasible because (bd_half_bds, bd_half_here);
end;

create test three_of_six_channels_are_even begin
  delete from endpoint where fifo_id > 5;
  delete from object_fifo where fifo_id > 5;
  expect optimal;
  expect (select count(*) from endpoint as e join bd_half as h on h.bd_half_id = e.controllable_bd_half join placeable as p on p.placeable_id = e.placeable_id where h.tile_id = p.controllable_tile) = 5;
end;

create test a_join_has_as_many_channels_inwards begin
  delete from endpoint;
  delete from object_fifo;
  delete from placeable;
  delete from design;
  insert into design (design_id, name, device_id) values (1, 'd', 2);
  insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
    (1, 1, 'w1', 'worker', 'core'),
    (2, 1, 'w2', 'worker', 'core'),
    (3, 1, 'w3', 'worker', 'core'),
    (4, 1, 'w4', 'worker', 'core'),
    (5, 1, 'w5', 'worker', 'core'),
    (6, 1, 'w6', 'worker', 'core'),
    (10, 1, 'l', 'link', 'mem'),
    (11, 1, 'shim:out', 'runtime', 'shim');
  insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024), (3, 1024), (4, 1024), (5, 1024), (6, 1024);
  insert into link (placeable_id, kind) values (10, 'join');
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (1, 1, 'out', 1, 600, '[600]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (1, 10, 'producer', 0, 3, null),
    (1, 11, 'consumer', 1, 3, null);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (2, 1, 'i1', 2, 100, '[100]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (2, 1, 'producer', 0, 3, 1),
    (2, 10, 'consumer', 1, 3, null);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (3, 1, 'i2', 3, 100, '[100]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (3, 2, 'producer', 0, 3, 1),
    (3, 10, 'consumer', 1, 3, null);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (4, 1, 'i3', 4, 100, '[100]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (4, 3, 'producer', 0, 3, 1),
    (4, 10, 'consumer', 1, 3, null);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (5, 1, 'i4', 5, 100, '[100]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (5, 4, 'producer', 0, 3, 1),
    (5, 10, 'consumer', 1, 3, null);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (6, 1, 'i5', 6, 100, '[100]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (6, 5, 'producer', 0, 3, 1),
    (6, 10, 'consumer', 1, 3, null);
  insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype, via_dma, repeat_count)
  values (7, 1, 'i6', 7, 100, '[100]', 'uint8', 0, null);
  insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire) values
    (7, 6, 'producer', 0, 3, 1),
    (7, 10, 'consumer', 1, 3, null);
  expect infeasible;
end;
