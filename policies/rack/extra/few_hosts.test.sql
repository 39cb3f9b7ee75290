use controller rack;

insert into host (host_id, cores, memslices) values (1, 8, 8), (2, 8, 8), (3, 8, 8);
insert into process (process_id, locality) values (7, 1), (8, 1), (9, 0);
insert into request (process_id, cores, memslices, status, current_dkernel, held_cores, held_memslices)
values (7, 4, 4, 'BOUND', 2, 4, 4);

create test a_host_where_the_process_is_costs_nothing begin
  insert into request (process_id, cores, memslices) values (7, 4, 4);
  expect optimal;
  expect soft app_few_hosts = 0;
  expect soft app_keeps_hosts = 1;
  expect (select controllable_dkernel from pending) = 2;
end;

create test a_group_comes_to_one_new_host begin
  insert into request (process_id, cores, memslices) values (8, 2, 2), (8, 3, 3), (8, 3, 3);
  expect optimal;
  expect soft app_few_hosts = 1;
  expect (select count(distinct controllable_dkernel) from pending) = 1;
end;

create test a_group_too_large_for_one_host_takes_two begin
  insert into request (process_id, cores, memslices) values (8, 3, 3), (8, 3, 3), (8, 3, 3);
  expect optimal;
  expect soft app_few_hosts = 2;
end;

create test room_beside_what_the_process_holds_is_used_first begin
  insert into request (process_id, cores, memslices) values (7, 4, 4), (7, 4, 4);
  expect optimal;
  expect soft app_few_hosts = 1;
  expect soft app_keeps_hosts = 1;
end;

create test as_many_as_possible_stay_beside_what_is_held begin
  insert into request (process_id, cores, memslices) values (7, 4, 4), (7, 2, 2), (7, 2, 2);
  expect optimal;
  expect soft app_few_hosts = 1;
  expect soft app_keeps_hosts = 2;
end;

create test a_process_without_locality_spreads_freely begin
  insert into request (process_id, cores, memslices) values (9, 4, 4), (9, 4, 4);
  expect optimal;
  expect soft app_few_hosts = 0;
  expect (select count(distinct controllable_dkernel) from pending) = 2;
end;

create test no_balance_is_worth_another_host begin
  insert into host (host_id, cores, memslices) values (4, 1000, 1000);
  insert into request (process_id, cores, memslices) values (8, 8, 8), (8, 900, 900);
  expect optimal;
  expect objective priority 1 = -1000;
  expect (select distinct controllable_dkernel from pending) = 4;
end;
