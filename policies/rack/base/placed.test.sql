use controller rack;

insert into host (host_id, cores, memslices) values (1, 4, 4), (2, 4, 4);
insert into process (process_id) values (7), (8);

create test a_fixed_request_stays_where_it_is begin
  insert into request (process_id, cores, memslices, status, current_dkernel) values (7, 1, 1, 'PLACED', 2);
  expect optimal;
  expect (select controllable_dkernel from request) = 2;
end;

create test fixed_requests_stay_together_though_apart_were_better begin
  insert into request (process_id, cores, memslices, status, current_dkernel)
  values (7, 2, 2, 'PLACED', 1), (8, 2, 2, 'PLACED', 1);
  expect optimal;
  expect (select controllable_dkernel from request) = (1, 1);
end;

create test a_waiting_request_goes_round_a_fixed_one begin
  insert into request (request_id, process_id, cores, memslices, status, current_dkernel)
  values (1, 7, 3, 3, 'PLACED', 1), (2, 8, 2, 2, 'PENDING', null);
  expect optimal;
  expect (select request_id, controllable_dkernel from request) = ((1, 1), (2, 2));
end;

create test a_request_that_only_waits_is_free_to_go begin
  insert into request (process_id, cores, memslices, controllable_dkernel) values (7, 1, 1, 1);
  update host set cores = 0 where host_id = 1;
  expect optimal;
  expect (select controllable_dkernel from request) = 2;
end;

create test a_fixed_host_that_has_no_room_is_refused begin
  insert into request (process_id, cores, memslices, status, current_dkernel) values (7, 3, 1, 'PLACED', 1);
  update host set cores = 2 where host_id = 1;
  expect infeasible because (core_cap, placed_constraint);
end;
