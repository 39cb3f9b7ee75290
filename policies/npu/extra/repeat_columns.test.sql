use controller npu;

use policies '../base', 'repeat_columns.sql';

-- Two joins on a device of two columns, each of two workers: a and b, c and d.
insert into design (design_id, name, device_id) values (1, 'd', 2);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'a', 'worker', 'core'),
  (2, 1, 'b', 'worker', 'core'),
  (3, 1, 'c', 'worker', 'core'),
  (4, 1, 'd', 'worker', 'core'),
  (5, 1, 'ab', 'link', 'mem'),
  (6, 1, 'cd', 'link', 'mem'),
  (7, 1, 'shim:ab', 'runtime', 'shim'),
  (8, 1, 'shim:cd', 'runtime', 'shim');
insert into worker (placeable_id, role, stack_bytes) values
  (1, 'left', 1024), (2, 'right', 1024), (3, 'left', 1024), (4, 'right', 1024);
insert into link (placeable_id, kind) values (5, 'join'), (6, 'join');
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype) values
  (1, 1, 'a', 0, 64, '[64]', 'uint8'),
  (2, 1, 'b', 1, 64, '[64]', 'uint8'),
  (3, 1, 'c', 2, 64, '[64]', 'uint8'),
  (4, 1, 'd', 3, 64, '[64]', 'uint8'),
  (5, 1, 'ab', 4, 128, '[128]', 'uint8'),
  (6, 1, 'cd', 5, 128, '[128]', 'uint8');
insert into endpoint (fifo_id, placeable_id, side, position, depth, max_acquire, offset_elements) values
  (1, 1, 'producer', 0, 2, 1, null),
  (1, 5, 'consumer', 1, 2, null, 0),
  (2, 2, 'producer', 0, 2, 1, null),
  (2, 5, 'consumer', 1, 2, null, 64),
  (3, 3, 'producer', 0, 2, 1, null),
  (3, 6, 'consumer', 1, 2, null, 0),
  (4, 4, 'producer', 0, 2, 1, null),
  (4, 6, 'consumer', 1, 2, null, 64),
  (5, 5, 'producer', 0, 2, null, null),
  (5, 7, 'consumer', 1, 2, null, null),
  (6, 6, 'producer', 0, 2, null, null),
  (6, 8, 'consumer', 1, 2, null, null);

create test alike_parts_stand_alike begin
  expect optimal;
  expect (select count(*) from live_repeat) = 3;
  expect soft repeat_rows = 0;
  expect soft repeat_places = 0;
end;

create test what_is_at_the_same_place_of_the_whole_is_alike begin
  update endpoint set offset_elements = 64 - offset_elements where placeable_id = 6 and side = 'consumer';
  update worker set role = null;
  expect (select second from live_repeat where first = 1) = 4;
end;

create test pins_in_two_rows_cost_one begin
  update placeable set min_row = placeable_id + 1, max_row = placeable_id + 1 where placeable_id in (1, 3);
  expect optimal;
  expect soft repeat_rows = 1;
  expect soft repeat_places = 0;
end;

create test pins_in_one_column_under_links_in_two_cost_one begin
  update placeable set min_col = 0, max_col = 0 where placeable_id in (1, 3, 5);
  update placeable set min_col = 1, max_col = 1 where placeable_id = 6;
  expect optimal;
  expect soft repeat_rows = 1;
  expect soft repeat_places = 1;
end;

create test other_roles_are_nothing_alike begin
  update worker set role = 'middle' where placeable_id = 4;
  update placeable set min_row = placeable_id + 1, max_row = placeable_id + 1 where placeable_id in (1, 3);
  expect (select count(*) from live_repeat) = 0;
  expect soft repeat_rows = 0;
end;

create test stamps_that_share_a_worker_do_not_repeat_each_other begin
  update endpoint set placeable_id = 1 where placeable_id = 3;
  update placeable set min_row = placeable_id + 1, max_row = placeable_id + 1 where placeable_id in (2, 4);
  expect (select count(*) from live_repeat) = 0;
end;
