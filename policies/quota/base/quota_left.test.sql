use controller quota;

insert into application (application_id, cpu_limit_us, memory_limit_pages) values (1, 10, 0);
insert into container (container_id, application_id, quota_us, controllable_quota_us) values (1, 1, 4, 0);

create test a_living_container_has_some begin
  expect optimal;
  expect (select controllable_quota_us from container) >= 1;
end;

create test one_that_has_ended_needs_none begin
  update container set quota_us = 0, state = 'EXITED', ended_us = 7;
  update application set cpu_limit_us = 1;
  insert into container (container_id, application_id, quota_us, controllable_quota_us) values (2, 1, 1, 1);
  expect optimal;
  expect (select controllable_quota_us from container where container_id = 2) = 1;
end;
