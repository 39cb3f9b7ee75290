-- The quotas of the containers on a machine add up to its capacity at most, where that is kept.
create constraint host_cpu as
select * from container_host
check (
  select sum(container.controllable_quota_us) from container
  where container.host_id = container_host.host_id and container.ended_us is null) <= container_host.cpu_us;
