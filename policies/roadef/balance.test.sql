use schema '../../schema/packs/roadef.sql';
use policies 'balance.sql';

-- Each free unit of resource 0 wants two free units of resource 1; one that lacks costs 10.
insert into resource (resource_id, transient, load_weight) values (0, 0, 0), (1, 0, 0);
insert into machine (machine_id, neighborhood, location) values (0, 0, 0), (1, 0, 0);
insert into machine_resource (machine_id, resource_id, capacity, safety_capacity) values
  (0, 0, 10, 0), (0, 1, 20, 0), (1, 0, 5, 0), (1, 1, 7, 0);
insert into service (service_id, min_spread) values (0, 0);
insert into process (process_id, service_id, move_cost, initial_machine) values (0, 0, 0, 0);
insert into balance_target (balance_id, resource, counterpart, target, weight) values (0, 0, 1, 2, 10);

create test an_empty_machine_out_of_balance_costs_too begin
  -- Machine 0 stays balanced with 1 and 2; machine 1 lacks 3 units.
  insert into need (process_id, resource_id, amount) values (0, 0, 1), (0, 1, 2);
  expect soft balance_cost = 30;
end;

create test a_process_goes_where_it_mends_the_balance begin
  insert into need (process_id, resource_id, amount) values (0, 0, 3), (0, 1, 1);
  expect soft balance_cost = 0;
  expect (select controllable_machine from process) = 1;
end;

create test what_lacks_after_it_came_costs begin
  insert into need (process_id, resource_id, amount) values (0, 0, 0), (0, 1, 4);
  -- On machine 0: 2 * 10 - 16 = 4, and 3 on machine 1. On machine 1: 2 * 5 - 3 = 7.
  expect soft balance_cost = 70;
end;

create test several_targets_add_up begin
  insert into balance_target (balance_id, resource, counterpart, target, weight) values (1, 1, 0, 1, 1);
  insert into need (process_id, resource_id, amount) values (0, 0, 3), (0, 1, 1);
  -- On machine 1 the first costs nothing, the second 6 - 2 = 4, and 20 - 10 = 10 on machine 0.
  expect soft balance_cost = 14;
end;

create test processes_on_a_machine_add_up begin
  insert into process (process_id, service_id, move_cost, initial_machine) values (1, 0, 0, 0);
  insert into need (process_id, resource_id, amount) values (0, 0, 1), (0, 1, 0), (1, 0, 2), (1, 1, 1);
  -- Both on machine 1: 2 * (5 - 3) - (7 - 1) is less than 0. One alone leaves some 2 units wanting.
  expect soft balance_cost = 0;
  expect (select controllable_machine from process order by process_id) = ((1), (1));
end;
