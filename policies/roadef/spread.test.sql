use schema '../../schema/packs/roadef.sql';
use policies 'spread.sql', 'process_move.sql';

-- Machines 0 and 1 stand at one location, machine 2 at another.
insert into machine (machine_id, neighborhood, location) values (0, 0, 7), (1, 0, 7), (2, 0, 8);
insert into service (service_id, min_spread) values (0, 2), (1, 1);
insert into move_weight (move_weight_id, process_move, service_move, machine_move) values (1, 1, 0, 0);
insert into process (process_id, service_id, move_cost, initial_machine) values (0, 0, 5, 0), (1, 0, 4, 1), (2, 1, 1, 0);

create test one_of_the_service_goes_to_another_location begin
  expect optimal;
  expect soft process_move_cost = 4;
  expect (select process_id, controllable_machine from process order by process_id) = ((0, 0), (1, 2), (2, 0));
end;

create test a_service_that_is_spread_stays begin
  update process set initial_machine = 2 where process_id = 0;
  expect soft process_move_cost = 0;
end;

create test more_locations_than_processes_are_refused begin
  update service set min_spread = 2 where service_id = 1;
  expect infeasible because (service_spread);
end;

create test a_service_without_processes_is_not_asked begin
  insert into service (service_id, min_spread) values (2, 1);
  expect optimal;
end;
