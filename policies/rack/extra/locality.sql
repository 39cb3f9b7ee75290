-- Keeps the cores and the memory of a process together (thesis 6.5, listing 6.3).
-- The weights are those of the published scheduler. The pair reward grows with the square of a group, so
-- a group of three or more may leave a host that has no room for all of it; few_hosts.sql uses that room.

-- A request goes where its process already holds something.
create constraint app_locality_placed as
select * from pending
join process on process.process_id = pending.process
join placed on placed.process = pending.process
where process.locality = 1
maximize pending.controllable_dkernel = placed.dkernel
weight 4096;

-- Two waiting requests of one process go to one host; each pair counts in both orders.
create constraint app_locality_pending as
select * from pending as a
join pending as b on b.process = a.process and not b.id = a.id
join process on process.process_id = a.process
where process.locality = 1
maximize a.controllable_dkernel = b.controllable_dkernel
weight 1024;
