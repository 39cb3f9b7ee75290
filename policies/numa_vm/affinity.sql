-- An affinity group lives in one rack. (Its members may need more cores than any host has: not in one host.)

-- Members that wait together go to one rack. A refused member is nowhere, which is null and no rack.
create constraint vm_affinity_pending as
select * from vm_pending as p
join vm_slot as s on s.slot_id = p.controllable_slot
where p.strategy = 'affinity'
group by p.group_id
check all_equal(s.rack_id);

-- A member that comes later goes to the rack where the group is, or nowhere.
create constraint vm_affinity_placed as
select * from vm_pending as p
where p.strategy = 'affinity'
  and p.group_id in (select m.group_id from vm_member as m where m.strategy = 'affinity')
check p.controllable_slot = 0
  or p.controllable_slot in (
    select s.slot_id from vm_member as m
    join vm_slot as s on s.rack_id = m.rack_id
    where m.strategy = 'affinity' and m.group_id = p.group_id);
