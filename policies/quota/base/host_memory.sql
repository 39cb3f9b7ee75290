-- The memory limits of the containers on a machine add up to its memory at most, where that is kept.
create constraint host_memory as
select * from container
join container_host on container_host.host_id = container.host_id
where container.ended_us is null
group by container_host.host_id, container_host.memory_pages
check sum(container.controllable_limit_pages) <= container_host.memory_pages;
