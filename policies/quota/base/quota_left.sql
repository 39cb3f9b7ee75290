-- A living container has some CPU time; one that has ended has none.
create constraint quota_left as
select * from container
where ended_us is null
check controllable_quota_us >= 1;
