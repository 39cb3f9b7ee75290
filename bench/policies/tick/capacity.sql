-- Hard: the cores and slices of each host suffice. Soft: the fullest host keeps room, with the weights of P1.

create constraint core_room as
select * from pending
join unallocated on unallocated.dkernel = pending.controllable_dkernel
check capacity(pending.controllable_dkernel, unallocated.dkernel, pending.cores, unallocated.cores) = true;

create constraint slice_room as
select * from pending
join unallocated on unallocated.dkernel = pending.controllable_dkernel
check capacity(pending.controllable_dkernel, unallocated.dkernel, pending.memslices, unallocated.memslices) = true;

create constraint cores_left as
select * from pending
join unallocated on unallocated.dkernel = pending.controllable_dkernel
maximize balance(pending.controllable_dkernel, unallocated.dkernel, pending.cores, unallocated.cores)
weight 64;

create constraint slices_left as
select * from pending
join unallocated on unallocated.dkernel = pending.controllable_dkernel
maximize balance(pending.controllable_dkernel, unallocated.dkernel, pending.memslices, unallocated.memslices)
weight 16;
