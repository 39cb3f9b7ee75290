use schema '../../schema/packs/roadef.sql';
use policies 'machine_move.sql', 'conflict.sql';

insert into machine (machine_id, neighborhood, location) values (0, 0, 0), (1, 0, 0), (2, 0, 0);
insert into service (service_id, min_spread) values (0, 0);
insert into machine_move (source, target, cost) values
  (0, 0, 0), (0, 1, 5), (0, 2, 4), (1, 0, 1), (1, 1, 0), (1, 2, 1), (2, 0, 1), (2, 1, 1), (2, 2, 0);
insert into move_weight (move_weight_id, process_move, service_move, machine_move) values (1, 0, 0, 100);
insert into process (process_id, service_id, move_cost, initial_machine) values (0, 0, 0, 0);

create test staying_is_free begin
  expect soft machine_move_cost = 0;
end;

create test the_cheapest_way_is_taken begin
  insert into process (process_id, service_id, move_cost, initial_machine) values (1, 0, 0, 0);
  expect soft machine_move_cost = 400;
  expect (select max(controllable_machine) from process) = 2;
end;

create test each_way_has_its_own_price begin
  insert into process (process_id, service_id, move_cost, initial_machine) values (1, 0, 0, 1), (2, 0, 0, 1);
  -- One leaves machine 1 for machine 2; the way of process 0 would be longer.
  expect soft machine_move_cost = 100;
  expect (select count(*) from process where initial_machine = 1 and controllable_machine = 2) = 1;
end;
