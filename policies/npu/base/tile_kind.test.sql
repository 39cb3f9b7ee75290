use controller npu;

insert into design (design_id, name, device_id) values (1, 'd', 1);
insert into placeable (placeable_id, design_id, name, kind, tile_kind) values
  (1, 1, 'a', 'worker', 'core'),
  (2, 1, 'l', 'link', 'mem'),
  (3, 1, 'shim:in', 'runtime', 'shim');
insert into worker (placeable_id, stack_bytes) values (1, 1024);

create test each_part_goes_to_its_kind begin
  expect optimal;
  expect (select t.kind from placeable as p join tile as t on t.tile_id = p.controllable_tile order by placeable_id) = ('core', 'mem', 'shim');
end;

create test a_shim_tile_without_dma_serves_no_end begin
  update tile set has_dma = 0 where tile_id = 10000;
  expect infeasible because (tile_kind);
end;

create test tiles_of_other_devices_are_none begin
  update design set device_id = 11;
  expect optimal;
  expect (select distinct controllable_tile / 10000 from placeable) = 11;
end;
