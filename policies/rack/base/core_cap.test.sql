use controller rack;

insert into host (host_id, cores, memslices) values (1, 4, 100), (2, 2, 100);
insert into process (process_id) values (7), (8);

create test a_request_may_take_all_that_is_left begin
  insert into request (process_id, cores, memslices) values (7, 4, 1);
  expect optimal;
  expect (select controllable_dkernel from request) = 1;
end;

create test one_core_more_is_refused begin
  insert into request (process_id, cores, memslices) values (7, 5, 1);
  expect infeasible because (core_cap);
end;

create test what_waits_together_shares_the_cores begin
  insert into request (request_id, process_id, cores, memslices) values (1, 7, 3, 1), (2, 8, 2, 1);
  expect optimal;
  expect (select request_id, controllable_dkernel from request) = ((1, 1), (2, 2));
end;

create test together_they_may_not_fit begin
  insert into request (process_id, cores, memslices) values (7, 3, 1), (8, 3, 1);
  expect infeasible because (core_cap);
end;

create test cores_held_by_others_are_gone begin
  insert into request (process_id, cores, memslices, status, current_dkernel, held_cores, held_memslices)
  values (8, 3, 1, 'BOUND', 1, 3, 1);
  insert into request (process_id, cores, memslices) values (7, 2, 1);
  expect optimal;
  expect (select controllable_dkernel from pending) = 2;
  update request set cores = 3 where status = 'PENDING';
  expect infeasible because (core_cap);
end;

create test cores_given_back_are_free_again begin
  insert into request (process_id, cores, memslices, status, current_dkernel, held_cores, held_memslices)
  values (8, 3, 1, 'BOUND', 1, 1, 1);
  insert into request (process_id, cores, memslices) values (7, 3, 1);
  expect optimal;
  expect (select controllable_dkernel from pending) = 1;
end;

create test what_is_left_out_of_the_batch_takes_nothing begin
  insert into request (process_id, cores, memslices, admitted) values (8, 4, 1, 0);
  insert into request (process_id, cores, memslices) values (7, 4, 1);
  expect optimal;
  expect (select controllable_dkernel from pending) = 1;
  expect (select count(*) from request where controllable_dkernel is null) = 1;
end;

create test a_request_without_cores_fits_on_a_full_host begin
  delete from host where host_id = 2;
  insert into request (request_id, process_id, cores, memslices) values (1, 7, 4, 1), (2, 8, 0, 1);
  expect optimal;
  expect (select distinct controllable_dkernel from request) = 1;
end;

create test cores_spread_over_hosts begin
  update host set cores = 4;
  insert into request (process_id, cores, memslices) values (7, 2, 0), (8, 2, 0);
  expect optimal;
  expect soft core_cap.balance = -2;
  expect (select count(distinct controllable_dkernel) from request) = 2;
end;
