use controller quota;

insert into application (application_id, cpu_limit_us, memory_limit_pages) values (1, 100, 100);
insert into container_host (host_id, cpu_us, memory_pages) values (1, 50, 10), (2, 50, 50);
insert into container
  (container_id, application_id, host_id, quota_us, controllable_quota_us, limit_pages, controllable_limit_pages, usage_pages)
values (1, 1, 1, 1, 1, 10, 10, 9), (2, 1, 2, 1, 1, 5, 5, 1);

create test a_machine_may_be_full begin
  expect optimal;
  expect (select controllable_limit_pages from container where container_id = 1) = 10;
end;

create test a_full_machine_takes_no_more begin
  insert into container
    (container_id, application_id, host_id, quota_us, controllable_quota_us, limit_pages, controllable_limit_pages, usage_pages)
  values (3, 1, 1, 1, 1, 2, 2, 1);
  expect infeasible because (host_memory, limit_above_usage);
end;

create test who_has_ended_does_not_count begin
  insert into container (container_id, application_id, host_id, quota_us, controllable_quota_us, state, ended_us, usage_pages)
  values (4, 1, 1, 0, 0, 'EXITED', 1, 30);
  expect optimal;
end;
