use schema '../../schema/packs/k8s.sql';
use policies 'preferred_pod_affinity.sql', 'placed.sql', 'resources.sql';

insert into node (name) values ('a1'), ('a2'), ('b1');
insert into node_label (node, key, value) values ('a1', 'zone', 'a'), ('a2', 'zone', 'a'), ('b1', 'zone', 'b');
insert into template (name) values ('db'), ('web');
insert into template_label (template, key, value) values ('db', 'app', 'db'), ('web', 'app', 'web');
insert into label_selector (selector) values ('db'), ('web');
insert into label_selector_expression (selector, key, operator, value_list) values ('db', 'app', 'In', '["db"]'), ('web', 'app', 'In', '["web"]');

create test every_pod_meant_counts begin
  insert into pod_affinity_term (template, term, weight, topology_key, selector) values ('web', 'x', 10, 'zone', 'db');
  insert into pod (name, template, node_name, phase) values ('d1', 'db', 'a1', 'Running'), ('d2', 'db', 'b1', 'Running'), ('d3', 'db', 'b1', 'Running');
  insert into pod (name, template) values ('w', 'web');
  expect optimal;
  expect (select controllable_node from pod where name = 'w') = 'b1';
  expect soft preferred_pod_affinity = 20;
end;

create test anti_affinity_counts_against begin
  insert into pod_affinity_term (template, term, anti, weight, topology_key, selector) values ('web', 'x', 1, 10, 'zone', 'db');
  insert into pod (name, template, node_name, phase) values ('d1', 'db', 'a1', 'Running');
  insert into pod (name, template) values ('w', 'web');
  expect (select controllable_node from pod where name = 'w') = 'b1';
  expect soft preferred_pod_affinity = 0;
end;

create test terms_of_running_pods_count_too begin
  insert into pod_affinity_term (template, term, weight, topology_key, selector) values ('db', 'x', 7, 'zone', 'web');
  insert into pod (name, template, node_name, phase) values ('d1', 'db', 'b1', 'Running');
  insert into pod (name, template) values ('w', 'web');
  expect (select controllable_node from pod where name = 'w') = 'b1';
  expect soft preferred_pod_affinity = 7;
end;

create test their_required_affinity_counts_one begin
  insert into pod_affinity_term (template, term, topology_key, selector) values ('db', 'x', 'zone', 'web');
  insert into pod (name, template, node_name, phase) values ('d1', 'db', 'b1', 'Running');
  insert into pod (name, template) values ('w', 'web');
  expect (select controllable_node from pod where name = 'w') = 'b1';
  expect soft preferred_pod_affinity = 1;
end;

create test pods_that_start_together_keep_apart_where_they_can begin
  insert into pod_affinity_term (template, term, anti, weight, topology_key, selector) values ('web', 'x', 1, 10, 'kubernetes.io/hostname', 'web');
  insert into pod (name, template) values ('w1', 'web'), ('w2', 'web'), ('w3', 'web');
  expect (select count(distinct controllable_node) from pod) = 3;
  expect soft preferred_pod_affinity_open = 0;
end;

create test and_share_where_they_must begin
  insert into pod_affinity_term (template, term, anti, weight, topology_key, selector) values ('web', 'x', 1, 10, 'zone', 'web');
  insert into pod (name, template) values ('w1', 'web'), ('w2', 'web'), ('w3', 'web');
  expect (select count(*) from pod where controllable_node <> '') = 3;
  expect soft preferred_pod_affinity_open = -20;
end;

create test pods_that_start_together_go_together begin
  insert into pod_affinity_term (template, term, weight, topology_key, selector) values ('web', 'x', 3, 'kubernetes.io/hostname', 'db');
  insert into pod (name, template) values ('w', 'web'), ('d', 'db');
  expect (select count(distinct controllable_node) from pod) = 1;
  expect soft preferred_pod_affinity_open = 3;
end;
