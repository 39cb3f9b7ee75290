use controller npu;

use policies '../base', 'few_columns.sql';

insert into design (design_id, name, device_id) values (1, 'd', 2);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'a', 'worker', 'core'),
  (2, 1, 'b', 'worker', 'core');
insert into worker (placeable_id, stack_bytes) values (1, 1024), (2, 1024);

create test one_column_is_enough_for_two begin
  expect optimal;
  expect soft few_columns = 1;
end;

create test pins_ask_for_a_second begin
  update placeable set min_col = 0, max_col = 0, min_row = 2, max_row = 2 where placeable_id = 1;
  update placeable set min_col = 1, max_col = 1, min_row = 2, max_row = 2 where placeable_id = 2;
  expect optimal;
  expect soft few_columns = 2;
end;
