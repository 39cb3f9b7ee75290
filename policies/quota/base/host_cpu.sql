-- The quotas of the containers on a machine add up to its capacity at most, where that is kept.
create constraint host_cpu as
select * from container
join container_host on container_host.host_id = container.host_id
where container.ended_us is null
group by container_host.host_id, container_host.cpu_us
check sum(container.controllable_quota_us) <= container_host.cpu_us;
