-- The quotas of an application's containers add up to its CPU limit at most.
create constraint cpu_sum as
select * from application
check (
  select sum(container.controllable_quota_us) from container
  where container.application_id = application.application_id
    and container.ended_us is null) <= application.cpu_limit_us;
