use controller npu;

use policies '../base', 'balance.sql';

-- Two links from main memory and back, on a device of two columns.
insert into design (design_id, name, device_id) values (1, 'd', 2);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'l0', 'link', 'mem'),
  (2, 1, 'l1', 'link', 'mem'),
  (3, 1, 'shim:i0', 'runtime', 'shim'),
  (4, 1, 'shim:i1', 'runtime', 'shim'),
  (5, 1, 'shim:o0', 'runtime', 'shim'),
  (6, 1, 'shim:o1', 'runtime', 'shim');
insert into link (placeable_id, kind) values (1, 'forward'), (2, 'forward');
insert into object_fifo (fifo_id, design_id, name, position, object_bytes, shape, dtype) values
  (1, 1, 'i0', 0, 64, '[64]', 'uint8'),
  (2, 1, 'i1', 1, 64, '[64]', 'uint8'),
  (3, 1, 'o0', 2, 64, '[64]', 'uint8'),
  (4, 1, 'o1', 3, 64, '[64]', 'uint8');
insert into endpoint (fifo_id, placeable_id, side, position, depth) values
  (1, 3, 'producer', 0, 2),
  (1, 1, 'consumer', 1, 2),
  (2, 4, 'producer', 0, 2),
  (2, 2, 'consumer', 1, 2),
  (3, 1, 'producer', 0, 2),
  (3, 5, 'consumer', 1, 2),
  (4, 2, 'producer', 0, 2),
  (4, 6, 'consumer', 1, 2);

create test a_channel_of_each_direction_on_every_tile begin
  expect optimal;
  expect soft even_s2mm = 2;
  expect soft even_mm2s = 2;
  expect (select count(distinct controllable_tile) from placeable where kind = 'link') = 2;
end;

create test in_one_column_there_are_two begin
  update design set min_col = 0, max_col = 0;
  expect optimal;
  expect soft even_s2mm = 4;
  expect soft even_mm2s = 4;
end;

create test ends_in_main_memory_are_spread_though_links_are_not begin
  update placeable set min_col = 1, max_col = 1 where kind = 'link';
  expect optimal;
  expect soft even_s2mm = 3;
  expect soft even_mm2s = 3;
end;
