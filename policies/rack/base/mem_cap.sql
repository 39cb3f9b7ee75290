-- No host gives away more memory slices than it has left (thesis listing 6.2), and they spread as cores do.
create constraint mem_cap as
select * from pending
join unallocated on unallocated.dkernel = pending.controllable_dkernel
check capacity_constraint(
  pending.controllable_dkernel, unallocated.dkernel, pending.memslices, unallocated.memslices) = true;
