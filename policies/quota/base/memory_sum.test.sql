use controller quota;

insert into application (application_id, cpu_limit_us, memory_limit_pages) values (1, 10, 20);
insert into container
  (container_id, application_id, quota_us, controllable_quota_us, limit_pages, controllable_limit_pages, usage_pages)
values (1, 1, 1, 1, 12, 12, 10), (2, 1, 1, 1, 8, 8, 7);

create test limits_above_all_usage_fit begin
  expect optimal;
  expect (select sum(controllable_limit_pages) from container) <= 20;
end;

create test usage_beyond_the_limit_of_the_application_is_too_much begin
  update container set limit_pages = 13, usage_pages = 12 where container_id = 1;
  update container set usage_pages = 8, limit_pages = 9 where container_id = 2;
  expect infeasible because (memory_sum, limit_above_usage);
end;

create test who_has_ended_holds_nothing begin
  insert into container (container_id, application_id, quota_us, controllable_quota_us, state, ended_us, usage_pages)
  values (3, 1, 0, 0, 'KILLED', 5, 100);
  expect optimal;
end;
