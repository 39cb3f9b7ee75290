use schema '../../schema/packs/roadef.sql';
use policies 'conflict.sql', 'process_move.sql';

insert into machine (machine_id, neighborhood, location) values (0, 0, 0), (1, 0, 0);
insert into service (service_id, min_spread) values (0, 0), (1, 0);
insert into move_weight (move_weight_id, process_move, service_move, machine_move) values (1, 1, 0, 0);
insert into process (process_id, service_id, move_cost, initial_machine) values (0, 0, 3, 0), (1, 1, 1, 0);

create test processes_of_two_services_share_a_machine begin
  expect optimal;
  expect soft process_move_cost = 0;
end;

create test two_of_one_service_part begin
  insert into process (process_id, service_id, move_cost, initial_machine) values (2, 0, 2, 0);
  expect soft process_move_cost = 2;
  expect (select controllable_machine from process where process_id = 2) = 1;
end;

create test three_of_one_service_need_three_machines begin
  insert into process (process_id, service_id, move_cost, initial_machine) values (2, 0, 2, 0), (3, 0, 1, 1);
  expect infeasible because (service_conflict);
end;
