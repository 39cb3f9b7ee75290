use schema '../../schema/packs/k8s.sql';
use policies 'prefer_no_schedule.sql', 'placed.sql', 'resources.sql';

insert into node (name) values ('n1'), ('n2');
insert into node_taint (node, key, effect) values ('n1', 'spot', 'PreferNoSchedule'), ('n1', 'old', 'PreferNoSchedule'), ('n2', 'old', 'PreferNoSchedule');
insert into template (name) values ('web');
insert into pod (name, template) values ('a', 'web');

create test the_node_with_fewer_taints_is_better begin
  expect optimal;
  expect (select controllable_node from pod) = 'n2';
  expect soft prefer_no_schedule = 1;
end;

create test what_is_tolerated_does_not_count begin
  insert into toleration (template, key, operator) values ('web', 'spot', 'Exists'), ('web', 'old', 'Exists');
  expect soft prefer_no_schedule = 0;
end;

create test a_tainted_node_is_better_than_none begin
  insert into node_resource (node, resource, allocatable) values ('n2', 'pods', 0);
  expect (select controllable_node from pod) = 'n1';
  expect soft prefer_no_schedule = 2;
end;

create test a_node_without_taints_is_best begin
  insert into node (name) values ('n3');
  expect (select controllable_node from pod) = 'n3';
  expect soft prefer_no_schedule = 0;
end;
