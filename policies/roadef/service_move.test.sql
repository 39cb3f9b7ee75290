use schema '../../schema/packs/roadef.sql';
use policies 'service_move.sql', 'machine_move.sql', 'conflict.sql';

-- Machines 2 and 3 are free; any move is free of other costs.
insert into machine (machine_id, neighborhood, location) values (0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0);
insert into service (service_id, min_spread) values (0, 0), (1, 0);
insert into move_weight (move_weight_id, process_move, service_move, machine_move) values (1, 0, 10, 1);

create test the_service_with_most_moves_counts begin
  -- Two of each service share a machine: one of each has to go, and no second.
  insert into process (process_id, service_id, move_cost, initial_machine) values
    (0, 0, 0, 0), (1, 0, 0, 0), (2, 1, 0, 1), (3, 1, 0, 1);
  expect soft service_move_cost = 10;
  expect (select count(*) from process where controllable_machine <> initial_machine) = 2;
end;

create test three_on_one_machine_move_twice begin
  insert into process (process_id, service_id, move_cost, initial_machine) values
    (0, 0, 0, 0), (1, 0, 0, 0), (2, 0, 0, 0), (3, 1, 0, 1);
  expect soft service_move_cost = 20;
end;

create test nobody_moves_for_nothing begin
  insert into process (process_id, service_id, move_cost, initial_machine) values (0, 0, 0, 0), (1, 1, 0, 0);
  expect soft service_move_cost = 0;
end;
