-- A VM for one NUMA node gets a slot in one, a VM for two a slot over both nodes of a host; or nowhere.

-- In one node.
create constraint vm_shape_single as
select * from vm_pending
where numa_count = 1
check controllable_slot in (select s.slot_id from vm_slot as s where s.numa_count in (0, 1));

-- Over both nodes of a host.
create constraint vm_shape_split as
select * from vm_pending
where numa_count = 2
check controllable_slot in (select s.slot_id from vm_slot as s where s.numa_count in (0, 2));
