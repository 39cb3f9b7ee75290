use controller quota;

insert into application (application_id, cpu_limit_us, memory_limit_pages) values (1, 2, 0), (2, 9, 0);
insert into container (container_id, application_id, quota_us, controllable_quota_us)
values (1, 1, 1, 1), (2, 1, 1, 1), (3, 2, 1, 1);

create test all_of_the_limit_may_be_given begin
  expect optimal;
  expect (select sum(controllable_quota_us) from container where application_id = 1) = 2;
end;

create test containers_without_any_quota_are_too_many begin
  insert into container (container_id, application_id, quota_us, controllable_quota_us) values (4, 1, 1, 1);
  expect infeasible because (cpu_sum, quota_left);
end;

create test who_has_ended_holds_nothing begin
  insert into container (container_id, application_id, quota_us, controllable_quota_us, state, ended_us)
  values (4, 1, 0, 0, 'EXITED', 5);
  expect optimal;
end;
