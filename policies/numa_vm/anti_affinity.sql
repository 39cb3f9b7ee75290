-- Members of an anti-affinity group live on different hosts.

-- Members that wait together. A refused member is nowhere, which is null and equals no host.
create constraint vm_anti_affinity_pending as
select * from vm_pending as p
join vm_slot as s on s.slot_id = p.controllable_slot
where p.strategy = 'anti-affinity'
group by p.group_id
check all_different(s.host_id);

-- A member that comes later avoids the hosts where the group is.
create constraint vm_anti_affinity_placed as
select * from vm_pending as p
where p.strategy = 'anti-affinity'
check p.controllable_slot not in (
  select s.slot_id from vm_member as m
  join vm_slot as s on s.host_id = m.host_id
  where m.strategy = 'anti-affinity' and m.group_id = p.group_id);
