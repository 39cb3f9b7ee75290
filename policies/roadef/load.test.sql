use schema '../../schema/packs/roadef.sql';
use policies 'load.sql';

insert into resource (resource_id, transient, load_weight) values (0, 0, 10), (1, 0, 1);
insert into machine (machine_id, neighborhood, location) values (0, 0, 0), (1, 0, 0);
insert into machine_resource (machine_id, resource_id, capacity, safety_capacity) values
  (0, 0, 100, 5), (0, 1, 100, 50), (1, 0, 100, 4), (1, 1, 100, 3);
insert into service (service_id, min_spread) values (0, 0);
insert into process (process_id, service_id, move_cost, initial_machine) values (0, 0, 0, 0);

create test use_up_to_the_safety_capacity_is_free begin
  insert into need (process_id, resource_id, amount) values (0, 0, 5), (0, 1, 50);
  expect objective = 0;
end;

create test each_unit_above_it_costs_the_weight_of_the_resource begin
  insert into need (process_id, resource_id, amount) values (0, 0, 7), (0, 1, 51);
  expect soft load_cost = 21;
  expect (select controllable_machine from process) = 0;
end;

create test the_machine_where_it_costs_less_is_taken begin
  update machine_resource set safety_capacity = 1 where machine_id = 0 and resource_id = 0;
  insert into need (process_id, resource_id, amount) values (0, 0, 5), (0, 1, 5);
  expect soft load_cost = 12;
  expect (select controllable_machine from process) = 1;
end;

create test processes_on_a_machine_add_up begin
  insert into process (process_id, service_id, move_cost, initial_machine) values (1, 0, 0, 0);
  insert into need (process_id, resource_id, amount) values (0, 0, 4), (0, 1, 0), (1, 0, 4), (1, 1, 0);
  expect soft load_cost = 0;
  expect (select count(distinct controllable_machine) from process) = 2;
  delete from machine_resource where machine_id = 1;
  update process set controllable_machine = null;
  delete from machine where machine_id = 1;
  expect soft load_cost = 30;
end;
