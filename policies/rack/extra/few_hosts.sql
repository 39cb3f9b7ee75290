-- Keeps a process on few hosts: a sturdier form of locality.sql that grows with hosts, not with pairs.
-- Both have a priority of their own: no gain in balance buys one more host.

-- Every host that a process newly comes to costs one; a host where it holds something is free.
create constraint app_few_hosts as
select * from pending
join process on process.process_id = pending.process
join unallocated on unallocated.dkernel = pending.controllable_dkernel
where process.locality = 1
  and not unallocated.dkernel in (select placed.dkernel from placed where placed.process = pending.process)
group by pending.process, unallocated.dkernel
minimize count(*) >= 1
weight 1000
priority 1;

-- Among equally few hosts, room beside what the process holds is used first.
create constraint app_keeps_hosts as
select * from pending
join process on process.process_id = pending.process
join placed on placed.process = pending.process
where process.locality = 1
maximize pending.controllable_dkernel = placed.dkernel
weight 1
priority 1;
