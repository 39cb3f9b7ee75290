use schema '../../schema/packs/numa_vm.sql';
use policies 'capacity.sql', 'shape.sql', 'placed.sql';

-- Host 0 has the slots 1 and 2, one for each NUMA node, and 3 over both.
insert into vm_rack (rack_id) values (0);
insert into vm_host (host_id, rack_id) values (0, 0);
insert into vm_numa_node (numa_node_id, host_id, numa, cores, memory_gib) values (0, 0, 0, 8, 16), (1, 0, 1, 4, 8);

create test a_vm_may_take_a_whole_node begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy) values (1, 1, 8, 16, 1, 'none');
  expect optimal;
  expect (select controllable_slot from vm) = 1;
end;

create test one_core_more_is_nowhere begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy) values (1, 1, 9, 1, 1, 'none');
  expect optimal;
  expect (select controllable_slot from vm) = 0;
end;

create test one_gib_more_is_nowhere begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy) values (1, 1, 1, 17, 1, 'none');
  expect optimal;
  expect (select controllable_slot from vm) = 0;
end;

create test a_split_vm_takes_half_from_each_node begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy) values
    (1, 1, 8, 16, 2, 'none'), (2, 2, 4, 8, 1, 'none');
  expect optimal;
  expect (select vm_id, controllable_slot from vm) = ((1, 3), (2, 1));
end;

create test a_split_vm_needs_half_of_its_cores_in_the_smaller_node begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy) values (1, 1, 10, 2, 2, 'none');
  expect optimal;
  expect (select controllable_slot from vm) = 0;
end;

create test a_split_vm_needs_half_of_its_memory_in_the_smaller_node begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy) values (1, 1, 2, 18, 2, 'none');
  expect optimal;
  expect (select controllable_slot from vm) = 0;
end;

create test vms_of_a_batch_share_what_a_node_has begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy) values
    (1, 1, 4, 4, 1, 'none'), (2, 2, 4, 4, 1, 'none'), (3, 3, 4, 4, 1, 'none'), (4, 4, 1, 1, 1, 'none');
  expect optimal;
  expect objective priority 1 = 3;
  expect (select count(*) from vm where controllable_slot = 1) <= 2;
end;

create test what_committed_vms_hold_is_gone_until_they_leave begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy) values (1, 1, 5, 5, 1, 'none');
  update vm set current_slot = 1 where vm_id = 1;
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy) values (2, 2, 5, 5, 1, 'none');
  expect optimal;
  expect (select controllable_slot from vm where vm_id = 2) = 0;
  delete from vm where vm_id = 1;
  expect (select controllable_slot from vm where vm_id = 2) = 1;
end;
