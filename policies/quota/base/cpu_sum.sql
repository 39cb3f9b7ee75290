-- The quotas of an application's containers add up to its CPU limit at most.
create constraint cpu_sum as
select * from container
join application on application.application_id = container.application_id
where container.ended_us is null
group by application.application_id, application.cpu_limit_us
check sum(container.controllable_quota_us) <= application.cpu_limit_us;
