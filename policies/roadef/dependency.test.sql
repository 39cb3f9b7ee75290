use schema '../../schema/packs/roadef.sql';
use policies 'dependency.sql', 'process_move.sql';

-- Machines 0 and 1 are neighbours, machine 2 is not. Service 0 needs service 1, not the other way about.
insert into machine (machine_id, neighborhood, location) values (0, 1, 0), (1, 1, 0), (2, 2, 0);
insert into service (service_id, min_spread) values (0, 0), (1, 0);
insert into dependency (service_id, needs) values (0, 1);
insert into move_weight (move_weight_id, process_move, service_move, machine_move) values (1, 1, 0, 0);

create test a_process_goes_to_a_neighbour_of_what_it_needs begin
  insert into process (process_id, service_id, move_cost, initial_machine) values (0, 0, 1, 2), (1, 1, 9, 1);
  expect soft process_move_cost = 1;
  expect (select controllable_machine < 2 from process where process_id = 0) = 1;
end;

create test or_what_it_needs_comes begin
  insert into process (process_id, service_id, move_cost, initial_machine) values (0, 0, 9, 2), (1, 1, 1, 1);
  expect soft process_move_cost = 1;
  expect (select controllable_machine from process where process_id = 1) = 2;
end;

create test every_process_of_the_service_asks begin
  insert into process (process_id, service_id, move_cost, initial_machine) values
    (0, 0, 9, 0), (1, 0, 9, 2), (2, 1, 1, 1), (3, 1, 2, 1);
  expect soft process_move_cost = 1;
  expect (select controllable_machine from process where process_id = 2) = 2;
end;

create test what_is_needed_does_not_ask_back begin
  insert into process (process_id, service_id, move_cost, initial_machine) values
    (0, 0, 1, 0), (1, 1, 1, 0), (2, 1, 1, 2);
  expect soft process_move_cost = 0;
end;

create test without_any_process_of_that_service_it_is_refused begin
  insert into process (process_id, service_id, move_cost, initial_machine) values (0, 0, 1, 0);
  expect infeasible because (service_dependency);
end;
