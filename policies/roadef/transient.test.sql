use schema '../../schema/packs/roadef.sql';
use policies 'transient.sql', 'capacity.sql', 'load.sql';

-- Resource 0 stays in use on the old machine, resource 1 does not. Machine 0 is above its safety capacity.
insert into resource (resource_id, transient, load_weight) values (0, 1, 1), (1, 0, 1);
insert into machine (machine_id, neighborhood, location) values (0, 0, 0), (1, 0, 1);
insert into machine_resource (machine_id, resource_id, capacity, safety_capacity) values
  (0, 0, 10, 0), (0, 1, 10, 0), (1, 0, 10, 10), (1, 1, 10, 10);
insert into service (service_id, min_spread) values (0, 0);
insert into process (process_id, service_id, move_cost, initial_machine) values (0, 0, 0, 0), (1, 0, 0, 1);

create test a_process_that_leaves_keeps_the_old_place_busy begin
  -- The two would change places, for 0 units above the safety capacity instead of 4; 6 and 6 do not fit both.
  insert into need (process_id, resource_id, amount) values (0, 0, 6), (0, 1, 4), (1, 0, 6), (1, 1, 0);
  expect optimal;
  expect (select controllable_machine from process order by process_id) = ((0), (1));
end;

create test other_resources_are_free_at_once begin
  insert into need (process_id, resource_id, amount) values (0, 0, 0), (0, 1, 8), (1, 0, 0), (1, 1, 7);
  expect optimal;
  expect soft load_cost = 7;
  expect (select controllable_machine from process order by process_id) = ((1), (0));
end;

create test what_is_used_on_both_machines_costs_on_the_new_one_only begin
  insert into need (process_id, resource_id, amount) values (0, 0, 4), (0, 1, 0), (1, 0, 0), (1, 1, 0);
  expect optimal;
  expect soft load_cost = 0;
  expect (select controllable_machine from process where process_id = 0) = 1;
end;

create test old_and_new_use_may_fill_a_machine begin
  insert into need (process_id, resource_id, amount) values (0, 0, 5), (0, 1, 3), (1, 0, 5), (1, 1, 0);
  update machine_resource set capacity = 5 where machine_id = 1 and resource_id = 0;
  expect optimal;
  -- Machine 1 holds 5 units: whoever comes there finds the leaver's 5 still in use.
  expect (select controllable_machine from process order by process_id) = ((0), (1));
  update machine_resource set capacity = 10 where machine_id = 1 and resource_id = 0;
  expect (select controllable_machine from process where process_id = 0) = 1;
end;

create test a_crowd_that_cannot_move_is_refused begin
  insert into need (process_id, resource_id, amount) values (0, 0, 6), (0, 1, 6), (1, 0, 6), (1, 1, 6);
  update machine_resource set capacity = 11 where resource_id = 0;
  update machine_resource set capacity = 5 where machine_id = 1 and resource_id = 1;
  expect infeasible because (capacity_limit);
  update machine_resource set capacity = 12 where resource_id = 1;
  update process set initial_machine = 0;
  expect infeasible because (transient_use);
end;

create test who_stays_counts_with_its_own_use_and_once begin
  insert into need (process_id, resource_id, amount) values (0, 0, 8), (0, 1, 1), (1, 0, 2), (1, 1, 9);
  update machine_resource set capacity = 8 where machine_id = 0 and resource_id = 0;
  update machine_resource set capacity = 2 where machine_id = 1 and resource_id = 0;
  expect optimal;
  expect (select controllable_machine from process order by process_id) = ((0), (1));
end;

create test who_leaves_holds_its_own_use_of_the_resource_on_the_old_machine begin
  insert into need (process_id, resource_id, amount) values (0, 0, 1), (0, 1, 6), (1, 0, 9), (1, 1, 0);
  update machine_resource set capacity = 5 where machine_id = 0 and resource_id = 0;
  expect soft load_cost = 0;
  expect (select controllable_machine from process order by process_id) = ((1), (1));
end;
