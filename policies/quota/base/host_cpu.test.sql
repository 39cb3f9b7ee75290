use controller quota;

insert into application (application_id, cpu_limit_us, memory_limit_pages) values (1, 100, 0);
insert into container_host (host_id, cpu_us, memory_pages) values (1, 1, 0), (2, 50, 0);
insert into container (container_id, application_id, host_id, quota_us, controllable_quota_us)
values (1, 1, 1, 1, 1), (2, 1, 2, 1, 1);

create test a_machine_may_be_full begin
  expect optimal;
  expect (select controllable_quota_us from container where container_id = 1) = 1;
end;

create test a_full_machine_takes_no_more begin
  insert into container (container_id, application_id, host_id, quota_us, controllable_quota_us) values (3, 1, 1, 1, 1);
  expect infeasible because (host_cpu, quota_left);
end;

create test who_is_on_no_known_machine_or_has_ended_does_not_count begin
  insert into container (container_id, application_id, quota_us, controllable_quota_us) values (3, 1, 1, 1);
  insert into container (container_id, application_id, host_id, quota_us, controllable_quota_us, state, ended_us)
  values (4, 1, 1, 0, 0, 'EXITED', 1);
  expect optimal;
end;
