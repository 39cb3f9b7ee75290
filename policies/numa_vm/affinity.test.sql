use schema '../../schema/packs/numa_vm.sql';
use policies 'affinity.sql', 'capacity.sql', 'shape.sql', 'placed.sql';

-- Rack 0 has hosts 0 and 1, rack 1 has host 2. A host takes two VMs of 4 cores, one in each node.
insert into vm_rack (rack_id) values (0), (1);
insert into vm_host (host_id, rack_id) values (0, 0), (1, 0), (2, 1);
insert into vm_numa_node (numa_node_id, host_id, numa, cores, memory_gib)
select host_id * 2 + column1, host_id, column1, 4, 4 from vm_host cross join (values (0), (1));

create test members_that_wait_go_to_one_rack begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id) values
    (1, 1, 4, 4, 1, 'affinity', 5), (2, 2, 4, 4, 1, 'affinity', 5), (3, 3, 4, 4, 1, 'affinity', 5);
  expect soft vm_placed = 3;
  expect (select distinct s.rack_id from vm as v join vm_slot as s on s.slot_id = v.controllable_slot) = 0;
end;

create test members_that_one_rack_does_not_hold_are_refused begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id)
  select column1, column1, 4, 4, 1, 'affinity', 5 from (values (1), (2), (3), (4), (5));
  expect soft vm_placed = 4;
  expect (select distinct s.rack_id from vm as v join vm_slot as s on s.slot_id = v.controllable_slot
          where s.slot_id <> 0) = 0;
end;

create test vms_without_a_group_use_both_racks begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy)
  select column1, column1, 4, 4, 1, 'none' from (values (1), (2), (3), (4), (5));
  expect soft vm_placed = 5;
end;

create test two_groups_may_live_in_two_racks begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id)
  select column1, column1, 4, 4, 1, 'affinity', column1 % 2 from (values (1), (2), (3), (4), (5), (7));
  expect soft vm_placed = 6;
end;

create test a_later_member_goes_to_the_rack_of_its_group begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id) values (1, 1, 4, 4, 1, 'affinity', 5);
  update vm set current_slot = 7 where vm_id = 1;
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id) values (2, 2, 4, 4, 1, 'affinity', 5);
  expect optimal;
  expect (select controllable_slot from vm where vm_id = 2) = 8;
end;

create test a_later_member_is_refused_where_that_rack_is_full begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id) values
    (1, 1, 4, 4, 1, 'affinity', 5), (2, 2, 4, 4, 1, 'affinity', 5);
  update vm set current_slot = 6 + vm_id;
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id) values
    (3, 3, 4, 4, 1, 'affinity', 5), (4, 4, 4, 4, 1, 'affinity', 6);
  expect soft vm_placed = 1;
  expect (select controllable_slot from vm where vm_id = 3) = 0;
end;

create test groups_of_one_number_and_two_strategies_are_two begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id) values
    (1, 1, 4, 4, 1, 'affinity', 5), (2, 2, 4, 4, 1, 'affinity', 5);
  update vm set current_slot = 6 + vm_id;
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id) values (3, 3, 4, 4, 1, 'anti-affinity', 5);
  expect soft vm_placed = 1;
end;

create test the_racks_of_others_do_not_count begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id) values
    (1, 1, 4, 4, 1, 'affinity', 5), (2, 2, 4, 4, 1, 'affinity', 5),
    (3, 3, 4, 4, 1, 'affinity', 6), (4, 4, 4, 4, 1, 'anti-affinity', 5);
  update vm set current_slot = case vm_id when 1 then 7 when 2 then 8 when 3 then 1 else 2 end;
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id) values (5, 5, 4, 4, 1, 'affinity', 5);
  expect soft vm_placed = 0;
end;
