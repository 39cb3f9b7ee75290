-- The memory limits of the containers on a machine add up to its memory at most, where that is kept.
create constraint host_memory as
select * from container_host
check (
  select sum(container.controllable_limit_pages) from container
  where container.host_id = container_host.host_id
    and container.ended_us is null) <= container_host.memory_pages;
