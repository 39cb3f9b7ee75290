use schema '../../schema/packs/roadef.sql';
use policies 'capacity.sql', 'process_move.sql';

-- Two machines with 10 units of a resource; a move costs something.
insert into resource (resource_id, transient, load_weight) values (0, 0, 1), (1, 0, 1);
insert into machine (machine_id, neighborhood, location) values (0, 0, 0), (1, 0, 1);
insert into machine_resource (machine_id, resource_id, capacity, safety_capacity) values
  (0, 0, 10, 10), (0, 1, 10, 10), (1, 0, 10, 10), (1, 1, 5, 5);
insert into service (service_id, min_spread) values (0, 0);
insert into move_weight (move_weight_id, process_move, service_move, machine_move) values (1, 1, 0, 0);
insert into process (process_id, service_id, move_cost, initial_machine) values (0, 0, 2, 0), (1, 0, 1, 0);

create test what_fits_exactly_stays begin
  insert into need (process_id, resource_id, amount) values (0, 0, 6), (1, 0, 4), (0, 1, 9), (1, 1, 1);
  expect optimal;
  expect (select controllable_machine from process order by process_id) = ((0), (0));
end;

create test one_unit_more_makes_one_move begin
  insert into need (process_id, resource_id, amount) values (0, 0, 6), (1, 0, 5), (0, 1, 0), (1, 1, 0);
  expect optimal;
  expect (select controllable_machine from process order by process_id) = ((0), (1));
end;

create test every_resource_counts begin
  insert into need (process_id, resource_id, amount) values (0, 0, 0), (1, 0, 0), (0, 1, 5), (1, 1, 6);
  expect optimal;
  expect (select controllable_machine from process order by process_id) = ((1), (0));
end;

create test what_fits_nowhere_is_refused begin
  insert into need (process_id, resource_id, amount) values (0, 0, 11), (1, 0, 0), (0, 1, 0), (1, 1, 0);
  expect infeasible because (capacity_limit);
end;
