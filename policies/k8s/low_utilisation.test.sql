use schema '../../schema/packs/k8s.sql';
use policies 'low_utilisation.sql', 'moves.sql', 'evictions.sql', 'resources.sql';

insert into node (name) values ('n1'), ('n2'), ('n3');
insert into node_resource (node, resource, allocatable) values ('n1', 'cpu', 100), ('n2', 'cpu', 100), ('n3', 'cpu', 100);
insert into template (name) values ('web'), ('db');
insert into container_resource (template, resource, request_amount) values ('web', 'cpu', 20), ('db', 'cpu', 40);
insert into utilisation_target (resource, low, high) values ('cpu', 30, 60);
insert into pod (name, template, node_name, phase) values
  ('a', 'web', 'n1', 'Running'), ('b', 'web', 'n1', 'Running'), ('c', 'web', 'n1', 'Running'), ('d', 'web', 'n1', 'Running'),
  ('e', 'db', 'n2', 'Running');

create test a_full_node_gives_to_an_empty_one begin
  update scheduler set max_moves = 9;
  expect optimal;
  expect (select controllable_node from pod where controllable_evict = 1) = 'n3';
  expect soft low_utilisation = 0;
end;

create test a_node_in_between_takes_none begin
  update node set unschedulable = 1 where name = 'n3';
  update scheduler set max_moves = 9;
  expect optimal;
  expect (select count(*) from pod where controllable_evict = 1) = 0;
  expect soft low_utilisation = 200;
end;

create test nodes_within_their_targets_give_nothing begin
  update utilisation_target set high = 80;
  update scheduler set max_moves = 9;
  expect (select pod from misplaced_pod where reason = 'utilisation') = ();
end;

create test as_much_goes_as_helps begin
  insert into pod (name, template, node_name, phase) values ('f', 'web', 'n1', 'Running');
  update scheduler set max_moves = 9;
  expect soft low_utilisation = 0;
  expect (select count(*) from pod where controllable_evict = 1) = 2;
end;
