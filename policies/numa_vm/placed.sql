-- As many VMs of a batch as possible get a place: slot 0 is nowhere and means refused.
-- A priority of its own: whatever is added at priority 0 only chooses among answers that place as many.
create constraint vm_placed as
select * from vm_pending
maximize controllable_slot <> 0
priority 1;
