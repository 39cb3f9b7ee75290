use controller quota;

insert into application (application_id, cpu_limit_us, memory_limit_pages) values (1, 400000, 100);
insert into container
  (container_id, application_id, quota_us, controllable_quota_us, limit_pages, controllable_limit_pages, usage_pages, state)
values
  (1, 1, 100000, 100000, 40, 40, 20, 'RUNNING'),
  (2, 1, 100000, 100000, 40, 40, 20, 'RUNNING');
insert into cpu_period (container_id, reported_us, unused_us, used_us, sample_count, throttle_sum, unused_sum_us)
values (1, 0, 0, 100000, 10, 0, 0), (2, 0, 0, 100000, 10, 0, 0);

create test without_slack_and_throttles_nothing_moves begin
  expect optimal;
  expect (select controllable_quota_us from container order by container_id) = (100000, 100000);
  expect (select controllable_limit_pages from container order by container_id) = (40, 40);
end;

create test a_throttled_container_alone_is_raised_by_what_its_window_grants begin
  update cpu_period set throttle_sum = 1 where container_id = 2;
  expect optimal;
  expect (select controllable_quota_us from container order by container_id) = (100000, 160000);
  expect soft feed = 160000;
end;

create test who_was_throttled_more_often_is_fed_first begin
  update application set cpu_limit_us = 230000;
  update cpu_period set throttle_sum = container_id;
  expect optimal;
  expect (select controllable_quota_us from container order by container_id) = (100000, 130000);
end;

create test unused_time_goes_to_who_needs_it begin
  update application set cpu_limit_us = 200000;
  update cpu_period set used_us = 40000 where container_id = 1;
  update cpu_period set throttle_sum = 10 where container_id = 2;
  expect optimal;
  expect (select controllable_quota_us from container order by container_id) = (45000, 155000);
end;

create test a_quota_keeps_the_least_one begin
  update cpu_period set used_us = 0 where container_id = 1;
  expect optimal;
  expect (select controllable_quota_us from container where container_id = 1) = 30000;
  expect soft tight = 130000;
  expect soft calm = 70000;
end;

create test without_a_sample_nothing_is_known begin
  update cpu_period set used_us = 0, sample_count = 0 where container_id = 1;
  expect optimal;
  expect (select controllable_quota_us from container where container_id = 1) = 100000;
end;

create test a_shrunk_application_cannot_be_rebalanced begin
  update application set cpu_limit_us = 199999;
  expect infeasible because (cpu_sum, within_range);
end;

create test a_limit_below_usage_stays begin
  update container set usage_pages = 60 where container_id = 1;
  expect optimal;
  expect (select controllable_limit_pages from container where container_id = 1) = 40;
end;

create test limits_are_not_moved_to_fit begin
  update application set memory_limit_pages = 79;
  expect infeasible because (memory_sum, same_limit);
end;
