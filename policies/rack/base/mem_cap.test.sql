use controller rack;

insert into host (host_id, cores, memslices) values (1, 100, 4), (2, 100, 2);
insert into process (process_id) values (7), (8);

create test a_request_may_take_all_that_is_left begin
  insert into request (process_id, cores, memslices) values (7, 1, 4);
  expect optimal;
  expect (select controllable_dkernel from request) = 1;
end;

create test one_slice_more_is_refused begin
  insert into request (process_id, cores, memslices) values (7, 1, 5);
  expect infeasible because (mem_cap);
end;

create test what_waits_together_shares_the_slices begin
  insert into request (request_id, process_id, cores, memslices) values (1, 7, 1, 3), (2, 8, 1, 2);
  expect optimal;
  expect (select request_id, controllable_dkernel from request) = ((1, 1), (2, 2));
end;

create test slices_held_by_others_are_gone begin
  insert into request (process_id, cores, memslices, status, current_dkernel, held_cores, held_memslices)
  values (8, 1, 3, 'BOUND', 1, 1, 3);
  insert into request (process_id, cores, memslices) values (7, 1, 2);
  expect optimal;
  expect (select controllable_dkernel from pending) = 2;
  update request set memslices = 3 where status = 'PENDING';
  expect infeasible because (mem_cap);
end;

create test an_over_committed_host_has_nothing_left begin
  insert into request (process_id, cores, memslices, status, current_dkernel, held_cores, held_memslices)
  values (8, 1, 9, 'BOUND', 1, 1, 9);
  insert into request (process_id, cores, memslices) values (7, 1, 1);
  expect optimal;
  expect (select controllable_dkernel from pending) = 2;
end;

create test cores_on_one_host_and_slices_on_another_do_not_help begin
  update host set cores = 0 where host_id = 1;
  insert into request (process_id, cores, memslices) values (7, 1, 3);
  expect infeasible because (core_cap, mem_cap);
end;

create test slices_spread_over_hosts begin
  update host set memslices = 4;
  insert into request (process_id, cores, memslices) values (7, 0, 2), (8, 0, 2);
  expect optimal;
  expect soft mem_cap.balance = -2;
  expect (select count(distinct controllable_dkernel) from request) = 2;
end;
