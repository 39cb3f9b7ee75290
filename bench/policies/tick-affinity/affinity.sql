-- Affinity and anti-affinity by what hosts hold.

-- A request goes to one of the hosts of its process.
create constraint beside_own as
select * from pending
maximize pending.controllable_dkernel in (
  select placed.dkernel from placed
  where placed.process = pending.process)
weight 4096;

-- No request goes to a host of a process that its own one excludes.
create constraint apart_from_excluded as
select * from pending
check not pending.controllable_dkernel in (
  select placed.dkernel from placed
  join process_exclusion on process_exclusion.excluded_id = placed.process
  where process_exclusion.process_id = pending.process);
