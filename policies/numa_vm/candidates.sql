-- Which slots are looked at: some 60 of the 5,131 for each VM, by the rules of the view vm_candidate.
-- That makes a batch of 50 VMs a program of some 2,700 columns instead of 145,000. It is a heuristic: a VM may be
-- refused that a search of all slots would place. It also packs, since it offers first the slots that no larger
-- VM could use. Without this file all slots are searched.
create constraint vm_candidates as
select * from vm_pending as p
check p.controllable_slot in (select c.slot_id from vm_candidate as c where c.vm_id = p.vm_id);
