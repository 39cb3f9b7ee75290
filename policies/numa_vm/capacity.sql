-- No NUMA node gives away more cores or memory than it has free.
-- A VM over two nodes takes half of its cores and of its memory from each.
create constraint vm_capacity as
select * from vm_pending as p
join vm_charge as c on c.slot_id = p.controllable_slot
group by c.numa_node_id, c.free_cores, c.free_memory_gib
-- edict:ignore L011 the table vm takes only VMs whose cores and memory their nodes share evenly
check sum(p.cores / p.numa_count) <= c.free_cores
  -- edict:ignore L011 as above
  and sum(p.memory_gib / p.numa_count) <= c.free_memory_gib;
