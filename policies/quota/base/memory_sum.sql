-- The memory limits of an application's containers add up to its own at most.
create constraint memory_sum as
select * from container
join application on application.application_id = container.application_id
where container.ended_us is null
group by application.application_id, application.memory_limit_pages
check sum(container.controllable_limit_pages) <= application.memory_limit_pages;
