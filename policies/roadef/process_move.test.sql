use schema '../../schema/packs/roadef.sql';
use policies 'process_move.sql', 'conflict.sql';

insert into machine (machine_id, neighborhood, location) values (0, 0, 0), (1, 0, 0);
insert into service (service_id, min_spread) values (0, 0);
insert into move_weight (move_weight_id, process_move, service_move, machine_move) values (1, 10, 0, 0);

create test a_process_that_stays_costs_nothing begin
  insert into process (process_id, service_id, move_cost, initial_machine) values (0, 0, 4, 1);
  expect soft process_move_cost = 0;
end;

create test the_cheaper_of_two_moves begin
  insert into process (process_id, service_id, move_cost, initial_machine) values (0, 0, 4, 0), (1, 0, 3, 0);
  expect soft process_move_cost = 30;
  expect (select process_id from process where controllable_machine = 1) = 1;
end;
