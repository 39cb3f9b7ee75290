-- The memory limits of an application's containers add up to its own at most.
create constraint memory_sum as
select * from application
check (
  select sum(container.controllable_limit_pages) from container
  where container.application_id = application.application_id
    and container.ended_us is null) <= application.memory_limit_pages;
