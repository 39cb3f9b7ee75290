use schema '../../schema/packs/k8s.sql';
use policies 'misplaced.sql', 'moves.sql', 'evictions.sql', 'taints.sql', 'node_selector.sql', 'node_affinity.sql', 'pod_anti_affinity.sql', 'resources.sql';

insert into node (name) values ('n1'), ('n2');
insert into node_label (node, key, value) values ('n2', 'disk', 'ssd');
insert into template (name) values ('web');
insert into template_label (template, key, value) values ('web', 'app', 'web');
insert into label_selector (selector) values ('web');
insert into label_selector_expression (selector, key, operator, value_list) values ('web', 'app', 'In', '["web"]');
insert into pod (name, template, node_name, phase) values ('a', 'web', 'n1', 'Running');

create test a_pod_leaves_a_node_that_was_tainted begin
  insert into node_taint (node, key, effect) values ('n1', 'x', 'NoSchedule');
  update scheduler set max_moves = 9;
  expect optimal;
  expect (select controllable_node, controllable_evict from pod) = (('n2', 1));
  expect soft misplaced = 0;
end;

create test prefer_no_schedule_is_no_reason begin
  insert into node_taint (node, key, effect) values ('n1', 'x', 'PreferNoSchedule');
  update scheduler set max_moves = 9;
  expect (select reason from misplaced_pod) = ();
end;

create test a_pod_leaves_a_node_that_its_selector_no_longer_takes begin
  insert into node_selector (template, key, value) values ('web', 'disk', 'ssd');
  update scheduler set max_moves = 9;
  expect (select controllable_node from pod) = 'n2';
end;

create test a_pod_leaves_a_node_that_its_affinity_no_longer_takes begin
  insert into node_affinity_term (template, term) values ('web', 'x');
  insert into node_affinity_expression (template, term, key, operator) values ('web', 'x', 'disk', 'Exists');
  update scheduler set max_moves = 9;
  expect (select controllable_node from pod) = 'n2';
end;

create test it_stays_where_nothing_is_better begin
  insert into node_taint (node, key, effect) values ('n1', 'x', 'NoSchedule'), ('n2', 'x', 'NoSchedule');
  update scheduler set max_moves = 9;
  expect optimal;
  expect (select controllable_node from pod) = 'n1';
  expect soft misplaced = 1;
end;

create test of_two_neighbours_against_anti_affinity_one_goes begin
  insert into pod_affinity_term (template, term, anti, topology_key, selector) values ('web', 'x', 1, 'kubernetes.io/hostname', 'web');
  insert into pod (name, template, node_name, phase) values ('b', 'web', 'n1', 'Running');
  update scheduler set max_moves = 9;
  expect optimal;
  expect soft misplaced_neighbours = 0;
  expect (select count(*) from pod where controllable_evict = 1) = 1;
end;

create test a_pod_leaves_a_neighbour_that_has_to_stay begin
  insert into pod_affinity_term (template, term, anti, topology_key, selector) values ('web', 'x', 1, 'kubernetes.io/hostname', 'web');
  insert into template (name, evictable) values ('static', 0);
  insert into template_label (template, key, value) values ('static', 'app', 'web');
  insert into pod (name, template, node_name, phase) values ('b', 'static', 'n1', 'Running');
  update scheduler set max_moves = 9;
  expect (select controllable_node from pod where name = 'a') = 'n2';
end;

create test neighbours_stay_where_none_can_go begin
  insert into pod_affinity_term (template, term, anti, topology_key, selector) values ('web', 'x', 1, 'kubernetes.io/hostname', 'web');
  insert into pod (name, template, node_name, phase) values ('b', 'web', 'n1', 'Running');
  insert into node_resource (node, resource, allocatable) values ('n2', 'pods', 0);
  update scheduler set max_moves = 9;
  expect optimal;
  expect soft misplaced_neighbours = 1;
end;
