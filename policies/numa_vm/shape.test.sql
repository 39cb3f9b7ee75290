use schema '../../schema/packs/numa_vm.sql';
use policies 'shape.sql', 'placed.sql';

insert into vm_rack (rack_id) values (0);
insert into vm_host (host_id, rack_id) values (0, 0);
insert into vm_numa_node (numa_node_id, host_id, numa, cores, memory_gib) values (0, 0, 0, 8, 16), (1, 0, 1, 8, 16);

create test a_vm_for_one_node_is_in_one begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy) values (1, 1, 4, 4, 1, 'none');
  expect optimal;
  expect (select s.numa_count from vm as v join vm_slot as s on s.slot_id = v.controllable_slot) = 1;
end;

create test a_vm_for_two_nodes_is_over_both begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy) values (1, 1, 4, 4, 2, 'none');
  expect optimal;
  expect (select controllable_slot from vm) = 3;
end;

create test where_only_the_other_shape_is_left_it_is_nowhere begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy) values
    (1, 1, 4, 4, 1, 'none'), (2, 2, 4, 4, 2, 'none');
  delete from vm_slot where slot_id in (1, 2);
  expect (select vm_id, controllable_slot from vm) = ((1, 0), (2, 3));
  update vm set controllable_slot = null;
  delete from vm_slot where slot_id = 3;
  expect (select vm_id, controllable_slot from vm) = ((1, 0), (2, 0));
end;
