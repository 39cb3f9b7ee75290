use schema '../../schema/packs/numa_vm.sql';
use policies 'fault_domain.sql', 'capacity.sql', 'shape.sql', 'placed.sql';

-- Rack 0 has hosts 0 and 1, rack 1 has host 2. A host takes two VMs of 4 cores, one in each node.
insert into vm_rack (rack_id) values (0), (1);
insert into vm_host (host_id, rack_id) values (0, 0), (1, 0), (2, 1);
insert into vm_numa_node (numa_node_id, host_id, numa, cores, memory_gib)
select host_id * 2 + column1, host_id, column1, 4, 4 from vm_host cross join (values (0), (1));

create test different_labels_go_to_different_racks begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id, fault_domain) values
    (1, 1, 1, 1, 1, 'fault_domain', 5, 1), (2, 2, 1, 1, 1, 'fault_domain', 5, 2);
  expect soft vm_placed = 2;
  expect (select count(distinct s.rack_id) from vm as v join vm_slot as s on s.slot_id = v.controllable_slot) = 2;
end;

create test one_label_more_than_racks_is_refused begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id, fault_domain) values
    (1, 1, 1, 1, 1, 'fault_domain', 5, 1), (2, 2, 1, 1, 1, 'fault_domain', 5, 2), (3, 3, 1, 1, 1, 'fault_domain', 5, 3);
  expect soft vm_placed = 2;
end;

create test members_with_one_label_share_a_rack_and_need_not begin
  delete from vm_slot where host_id = 1;
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id, fault_domain)
  select column1, column1, 4, 4, 1, 'fault_domain', 5, 1 from (values (1), (2), (3), (4));
  expect soft vm_placed = 4;
  expect (select s.rack_id, count(*) from vm as v join vm_slot as s on s.slot_id = v.controllable_slot
          group by s.rack_id) = ((0, 2), (1, 2));
end;

create test labels_of_two_groups_share_a_rack begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id, fault_domain) values
    (1, 1, 1, 1, 1, 'fault_domain', 5, 1), (2, 2, 1, 1, 1, 'fault_domain', 5, 2),
    (3, 3, 1, 1, 1, 'fault_domain', 6, 1), (4, 4, 1, 1, 1, 'fault_domain', 6, 2);
  expect soft vm_placed = 4;
end;

create test two_that_differ_may_both_be_nowhere begin
  update vm_numa_node set cores = 0;
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id, fault_domain) values
    (1, 1, 1, 1, 1, 'fault_domain', 5, 1), (2, 2, 1, 1, 1, 'fault_domain', 5, 2);
  expect soft vm_placed = 0;
end;

create test a_later_member_avoids_the_racks_of_other_labels begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id, fault_domain) values
    (1, 1, 1, 1, 1, 'fault_domain', 5, 1);
  update vm set current_slot = 1;
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id, fault_domain) values
    (2, 2, 1, 1, 1, 'fault_domain', 5, 2);
  expect optimal;
  expect (select s.rack_id from vm as v join vm_slot as s on s.slot_id = v.controllable_slot where v.vm_id = 2) = 1;
end;

create test a_later_member_of_a_third_label_is_refused begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id, fault_domain) values
    (1, 1, 1, 1, 1, 'fault_domain', 5, 1), (2, 2, 1, 1, 1, 'fault_domain', 5, 2);
  update vm set current_slot = case vm_id when 1 then 1 else 7 end;
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id, fault_domain) values
    (3, 3, 1, 1, 1, 'fault_domain', 5, 3), (4, 4, 1, 1, 1, 'fault_domain', 5, 2);
  expect (select vm_id from vm where controllable_slot = 0) = 3;
  expect (select s.rack_id from vm as v join vm_slot as s on s.slot_id = v.controllable_slot where v.vm_id = 4) = 1;
end;

create test labels_of_another_group_keep_nobody_out begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id, fault_domain) values
    (1, 1, 1, 1, 1, 'fault_domain', 6, 2), (2, 2, 1, 1, 1, 'fault_domain', 6, 3);
  update vm set current_slot = case vm_id when 1 then 1 else 7 end;
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id, fault_domain) values
    (3, 3, 1, 1, 1, 'fault_domain', 5, 1);
  expect soft vm_placed = 1;
end;
