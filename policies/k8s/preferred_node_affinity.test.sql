use schema '../../schema/packs/k8s.sql';
use policies 'preferred_node_affinity.sql', 'placed.sql', 'resources.sql';

insert into node (name) values ('n1'), ('n2'), ('n3');
insert into node_label (node, key, value) values ('n1', 'disk', 'ssd'), ('n2', 'disk', 'ssd'), ('n2', 'gpu', 'yes'), ('n3', 'gpu', 'yes');
insert into template (name) values ('web');
insert into node_affinity_term (template, term, weight) values ('web', 'disk', 10), ('web', 'gpu', 5);
insert into node_affinity_expression (template, term, key, operator, value_list) values ('web', 'disk', 'disk', 'In', '["ssd"]'), ('web', 'gpu', 'gpu', 'Exists', '[]');
insert into pod (name, template) values ('a', 'web');

create test weights_add_up begin
  expect optimal;
  expect (select controllable_node from pod) = 'n2';
  expect soft preferred_node_affinity = 15;
end;

create test the_next_best_will_do begin
  insert into node_resource (node, resource, allocatable) values ('n2', 'pods', 0);
  expect (select controllable_node from pod) = 'n1';
  expect soft preferred_node_affinity = 10;
end;

create test a_pod_starts_where_nothing_is_preferred begin
  delete from node_label;
  expect (select count(*) from pod where controllable_node <> '') = 1;
  expect soft preferred_node_affinity = 0;
end;
