use schema '../../schema/packs/k8s.sql';
use policies 'all_placed.sql', 'resources.sql';

insert into node (name) values ('n1');
insert into node_resource (node, resource, allocatable) values ('n1', 'pods', 1);
insert into template (name) values ('web');
insert into pod (name, template) values ('a', 'web');

create test every_pod_starts_where_all_fit begin
  update scheduler set require_all = 1;
  expect optimal;
  expect (select controllable_node from pod) = 'n1';
end;

create test and_the_core_says_why_where_they_do_not begin
  insert into pod (name, template) values ('b', 'web');
  update scheduler set require_all = 1;
  expect infeasible because (all_placed, resources);
end;

create test pods_may_wait_unless_told_otherwise begin
  insert into pod (name, template) values ('b', 'web');
  expect optimal;
end;
