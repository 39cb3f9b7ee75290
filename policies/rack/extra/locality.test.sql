use controller rack;

insert into host (host_id, cores, memslices) values (1, 8, 8), (2, 8, 8), (3, 8, 8);
insert into process (process_id, locality) values (7, 1), (8, 1), (9, 0);
insert into request (process_id, cores, memslices, status, current_dkernel, held_cores, held_memslices)
values (7, 4, 4, 'BOUND', 2, 4, 4), (9, 4, 4, 'BOUND', 3, 4, 4);

create test a_request_goes_where_its_process_is begin
  insert into request (process_id, cores, memslices) values (7, 2, 2);
  expect optimal;
  expect soft app_locality_placed = 1;
  expect (select controllable_dkernel from pending) = 2;
end;

create test it_goes_elsewhere_where_there_is_no_room begin
  insert into request (process_id, cores, memslices) values (7, 5, 1);
  expect optimal;
  expect soft app_locality_placed = 0;
  expect (select controllable_dkernel from pending) = 1;
end;

create test memory_follows_cores_though_balance_suffers begin
  insert into request (process_id, cores, memslices) values (7, 0, 4);
  expect optimal;
  expect (select controllable_dkernel from pending) = 2;
end;

create test a_process_without_locality_only_spreads begin
  insert into request (process_id, cores, memslices) values (9, 2, 2);
  expect optimal;
  expect soft app_locality_placed = 0;
  expect (select controllable_dkernel from pending) = 1;
end;

create test two_that_wait_go_together begin
  insert into request (process_id, cores, memslices) values (8, 4, 4), (8, 4, 4);
  expect optimal;
  expect soft app_locality_pending = 2;
  expect (select count(distinct controllable_dkernel) from pending) = 1;
end;

create test two_that_wait_part_where_no_host_has_room begin
  insert into request (process_id, cores, memslices) values (8, 5, 1), (8, 4, 1);
  expect optimal;
  expect soft app_locality_pending = 0;
  expect (select count(distinct controllable_dkernel) from pending) = 2;
end;

create test requests_of_two_processes_do_not_attract begin
  delete from request;
  insert into request (process_id, cores, memslices) values (8, 4, 4), (9, 4, 4);
  expect optimal;
  expect soft app_locality_pending = 0;
  expect (select count(distinct controllable_dkernel) from pending) = 2;
end;

create test what_a_process_holds_weighs_more_than_what_waits_with_it begin
  insert into request (request_id, process_id, cores, memslices) values (11, 7, 3, 3), (12, 7, 3, 3);
  expect optimal;
  expect soft app_locality_placed = 1;
  expect soft app_locality_pending = 0;
  expect (select count(*) from pending where controllable_dkernel = 2) = 1;
end;
