use schema '../../schema/packs/numa_vm.sql';
use policies 'placed.sql', 'capacity.sql', 'shape.sql';

insert into vm_rack (rack_id) values (0);
insert into vm_host (host_id, rack_id) values (0, 0);
insert into vm_numa_node (numa_node_id, host_id, numa, cores, memory_gib) values (0, 0, 0, 8, 16), (1, 0, 1, 0, 0);

create test a_vm_that_fits_is_placed begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy) values (1, 1, 8, 16, 1, 'none');
  expect objective priority 1 = 1;
  expect (select controllable_slot from vm) = 1;
end;

create test many_small_ones_are_preferred_to_one_large_one begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy) values
    (1, 1, 8, 16, 1, 'none'), (2, 2, 4, 4, 1, 'none'), (3, 3, 4, 4, 1, 'none');
  expect soft vm_placed = 2;
  expect (select vm_id from vm where controllable_slot = 0) = 1;
end;

create test a_committed_vm_does_not_count begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy) values
    (1, 1, 2, 2, 1, 'none'), (2, 2, 9, 9, 1, 'none');
  update vm set current_slot = 1 where vm_id = 1;
  expect soft vm_placed = 0;
end;
