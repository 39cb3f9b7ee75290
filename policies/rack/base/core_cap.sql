-- No host gives away more cores than it has left (the core twin of thesis listing 6.2).
-- capacity_constraint also spreads: it keeps the fewest free cores of any host as many as possible.
create constraint core_cap as
select * from pending
join unallocated on unallocated.dkernel = pending.controllable_dkernel
check capacity_constraint(
  pending.controllable_dkernel, unallocated.dkernel, pending.cores, unallocated.cores) = true;
