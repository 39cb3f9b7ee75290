use schema '../../schema/packs/numa_vm.sql';
use policies 'candidates.sql', 'placed.sql';

insert into vm_rack (rack_id) values (0), (1);
insert into vm_host (host_id, rack_id) values (0, 0), (1, 1);
insert into vm_numa_node (numa_node_id, host_id, numa, cores, memory_gib)
values (0, 0, 0, 4, 4), (1, 0, 1, 4, 4), (2, 1, 0, 8, 8), (3, 1, 1, 8, 8);

create test only_slots_that_a_vm_fits_are_looked_at begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy) values
    (1, 1, 5, 1, 1, 'none'), (2, 2, 10, 2, 2, 'none'), (3, 3, 9, 1, 1, 'none');
  expect soft vm_placed = 2;
  expect (select vm_id, s.host_id, s.numa_count from vm as v join vm_slot as s on s.slot_id = v.controllable_slot)
    = ((1, 1, 1), (2, 1, 2), (3, null, 0));
end;

create test nowhere_is_always_a_candidate begin
  update vm_numa_node set cores = 0;
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy) values (1, 1, 1, 1, 1, 'none');
  expect optimal;
  expect (select controllable_slot from vm) = 0;
end;

create test of_many_slots_the_first_sixty_are_looked_at begin
  insert into vm_host (host_id, rack_id)
  with recursive n(i) as (select 2 union all select i + 1 from n where i < 41) select i, 0 from n;
  insert into vm_numa_node (numa_node_id, host_id, numa, cores, memory_gib)
  select host_id * 2 + column1, host_id, column1, 4, 4
  from vm_host cross join (values (0), (1)) where host_id >= 2;
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy) values (1, 1, 1, 1, 1, 'none');
  expect optimal;
  expect (select count(*) from vm_candidate) = 61;
  expect (select count(*) from vm join vm_candidate as c on c.slot_id = vm.controllable_slot) = 1;
end;

create test an_affinity_group_looks_in_its_own_rack begin
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id) values (1, 1, 1, 1, 1, 'affinity', 5);
  update vm set current_slot = 1;
  insert into vm (vm_id, seq, cores, memory_gib, numa_count, strategy, group_id) values (2, 2, 4, 4, 1, 'affinity', 5);
  expect optimal;
  expect (select controllable_slot from vm where vm_id = 2) = 2;
end;
