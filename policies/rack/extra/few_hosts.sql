-- Keeps a process on few hosts: a sturdier form of locality.sql that grows with hosts, not with pairs.
-- Every host that a process newly comes to costs one; a host where it holds something is free.
-- Its own priority: no gain in balance ever buys one more host.
create constraint app_few_hosts as
select * from pending
join unallocated on unallocated.dkernel = pending.controllable_dkernel
where pending.process in (select process_id from process where locality = 1)
  and not unallocated.dkernel in (select placed.dkernel from placed where placed.process = pending.process)
group by pending.process, unallocated.dkernel
minimize count(*) >= 1
priority 1;
