-- Members of a group with different fault domains live in different racks; those with the same one may share.

-- Members that wait together: no rack gets two labels of one group.
create constraint vm_fault_domain_pending as
select * from vm_pending as p
join vm_slot as s on s.slot_id = p.controllable_slot
where p.strategy = 'fault_domain'
  and s.rack_id is not null
  and p.group_id in (
    select q.group_id from vm_pending as q
    where q.strategy = 'fault_domain'
    group by q.group_id
    having count(distinct q.fault_domain) > 1)
group by p.group_id, s.rack_id
check count(distinct p.fault_domain) <= 1;

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
