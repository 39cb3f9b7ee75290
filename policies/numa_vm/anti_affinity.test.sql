use schema '../../schema/packs/numa_vm.sql';
use policies 'anti_affinity.sql', 'capacity.sql', 'shape.sql', 'placed.sql';

-- Rack 0 has hosts 0 and 1, rack 1 has host 2. A host takes two VMs of 4 cores, one in each node.
insert into vm_rack (rack_id) values (0), (1);
insert into vm_host (host_id, rack_id) values (0, 0), (1, 0), (2, 1);
insert into vm_numa_node (numa_node_id, host_id, numa, cores, memory_gib)
select host_id * 2 + column1, host_id, column1, 4, 4 from vm_host cross join (values (0), (1));

create test members_that_wait_go_to_different_hosts begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id) values
    (1, 1, 1, 1, 1, 'anti-affinity', 5), (2, 2, 1, 1, 1, 'anti-affinity', 5), (3, 3, 1, 1, 1, 'anti-affinity', 5);
  expect soft vm_placed = 3;
  expect (select count(distinct s.host_id) from vm as v join vm_slot as s on s.slot_id = v.controllable_slot) = 3;
end;

create test one_member_more_than_hosts_is_refused begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id)
  select column1, column1, 1, 1, 1, 'anti-affinity', 5 from (values (1), (2), (3), (4));
  expect soft vm_placed = 3;
end;

create test two_may_be_nowhere begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id)
  select column1, column1, 1, 1, 1, 'anti-affinity', 5 from (values (1), (2), (3), (4), (5));
  expect soft vm_placed = 3;
  expect (select count(*) from vm where controllable_slot = 0) = 2;
end;

create test members_of_two_groups_share_hosts begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id)
  select column1, column1, 1, 1, 1, 'anti-affinity', column1 % 2 from (values (1), (2), (3), (4), (5), (6));
  expect soft vm_placed = 6;
end;

create test other_strategies_share_hosts begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy)
  select column1, column1, 1, 1, 1, 'none' from (values (1), (2), (3), (4));
  expect soft vm_placed = 4;
end;

create test a_later_member_avoids_the_hosts_of_its_group begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id) values
    (1, 1, 1, 1, 1, 'anti-affinity', 5), (2, 2, 1, 1, 1, 'anti-affinity', 5);
  update vm set current_slot = case vm_id when 1 then 1 else 5 end;
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id) values
    (3, 3, 1, 1, 1, 'anti-affinity', 5);
  expect optimal;
  expect (select s.host_id from vm as v join vm_slot as s on s.slot_id = v.controllable_slot where v.vm_id = 3) = 2;
end;

create test a_later_member_is_refused_where_every_host_has_one begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id)
  select column1, column1, 1, 1, 1, 'anti-affinity', 5 from (values (1), (2), (3));
  update vm set current_slot = vm_id * 3 - 2;
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id) values
    (4, 4, 1, 1, 1, 'anti-affinity', 5), (5, 5, 1, 1, 1, 'anti-affinity', 6);
  expect (select vm_id from vm where controllable_slot = 0) = 4;
end;

create test groups_of_one_number_and_two_strategies_are_two begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id)
  select column1, column1, 1, 1, 1, 'affinity', 5 from (values (1), (2), (3));
  update vm set current_slot = vm_id * 3 - 2;
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id) values
    (4, 4, 1, 1, 1, 'anti-affinity', 5);
  expect soft vm_placed = 1;
end;
