use controller quota;

insert into application (application_id, cpu_limit_us, memory_limit_pages) values (1, 10, 20);
insert into container
  (container_id, application_id, quota_us, controllable_quota_us, limit_pages, controllable_limit_pages, usage_pages)
values (1, 1, 1, 1, 12, 12, 10);

create test a_limit_covers_the_usage_and_one_page_more begin
  expect optimal;
  expect (select controllable_limit_pages from container) >= 11;
end;

create test who_uses_more_than_the_limit_keeps_it begin
  update container set usage_pages = 15;
  expect optimal;
  expect (select controllable_limit_pages from container) >= 12;
end;

create test usage_beyond_everything_leaves_no_lower_limit begin
  update application set memory_limit_pages = 10;
  expect infeasible because (memory_sum, limit_above_usage);
end;

create test one_that_has_ended_has_no_usage begin
  update container set quota_us = 0, controllable_quota_us = 0, limit_pages = 0, controllable_limit_pages = 0, state = 'KILLED', ended_us = 3;
  update application set memory_limit_pages = 5;
  expect optimal;
end;
