-- A core runs one worker.
create constraint one_worker_per_tile as
select * from live_part
where kind = 'worker'
check all_different(controllable_tile);
