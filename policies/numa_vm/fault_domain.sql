-- Members of a group with different fault domains live in different racks; those with the same one may share.

-- Members that wait together: two with different labels are in two racks. A refused one is in none, which is null.
create constraint vm_fault_domain_pending as
select * from vm_pending as p
join vm_pending as q on q.group_id = p.group_id
join vm_slot as s on s.slot_id = p.controllable_slot
join vm_slot as t on t.slot_id = q.controllable_slot
where p.strategy = 'fault_domain'
  and q.strategy = 'fault_domain'
  and p.fault_domain < q.fault_domain
check s.rack_id <> t.rack_id;

-- A member that comes later avoids the racks that hold another label of its group.
create constraint vm_fault_domain_placed as
select * from vm_pending as p
where p.strategy = 'fault_domain'
check p.controllable_slot not in (
  select s.slot_id from vm_member as m
  join vm_slot as s on s.rack_id = m.rack_id
  where m.strategy = 'fault_domain'
    and m.group_id = p.group_id
    and m.fault_domain <> p.fault_domain);
