use schema '../../schema/packs/k8s.sql';
use policies 'pod_anti_affinity.sql', 'placed.sql', 'all_placed.sql', 'evictions.sql';

insert into node (name) values ('a1'), ('a2'), ('b1');
insert into node_label (node, key, value) values ('a1', 'zone', 'a'), ('a2', 'zone', 'a'), ('b1', 'zone', 'b');
insert into template (name) values ('db'), ('web');
insert into template_label (template, key, value) values ('db', 'app', 'db'), ('web', 'app', 'web');
insert into label_selector (selector) values ('db'), ('web');
insert into label_selector_expression (selector, key, operator, value_list) values ('db', 'app', 'In', '["db"]'), ('web', 'app', 'In', '["web"]');

create test replicas_keep_apart begin
  insert into pod_affinity_term (template, term, anti, topology_key, selector) values ('web', 'x', 1, 'kubernetes.io/hostname', 'web');
  insert into pod (name, template) values ('w1', 'web'), ('w2', 'web'), ('w3', 'web');
  expect optimal;
  expect (select count(distinct controllable_node) from pod where controllable_node <> '') = 3;
end;

create test one_replica_too_many_is_refused begin
  insert into pod_affinity_term (template, term, anti, topology_key, selector) values ('web', 'x', 1, 'zone', 'web');
  insert into pod (name, template) values ('w1', 'web'), ('w2', 'web'), ('w3', 'web');
  update scheduler set require_all = 1;
  expect infeasible because (pod_anti_affinity_own, all_placed);
end;

create test a_pod_avoids_the_domain_of_a_running_one begin
  insert into pod_affinity_term (template, term, anti, topology_key, selector) values ('web', 'x', 1, 'zone', 'db');
  insert into pod (name, template, node_name, phase) values ('d', 'db', 'a1', 'Running');
  insert into pod (name, template) values ('w', 'web');
  expect optimal;
  expect (select controllable_node from pod where name = 'w') = 'b1';
end;

create test a_running_pod_keeps_others_out_of_its_domain begin
  insert into pod_affinity_term (template, term, anti, topology_key, selector) values ('db', 'x', 1, 'zone', 'web');
  insert into pod (name, template, node_name, phase) values ('d', 'db', 'a1', 'Running');
  insert into pod (name, template) values ('w', 'web');
  expect (select controllable_node from pod where name = 'w') = 'b1';
end;

create test no_domain_left_is_refused begin
  insert into pod_affinity_term (template, term, anti, topology_key, selector) values ('web', 'x', 1, 'zone', 'db');
  insert into pod (name, template, node_name, phase) values ('d', 'db', 'a1', 'Running'), ('e', 'db', 'b1', 'Running');
  insert into pod (name, template) values ('w', 'web');
  update scheduler set require_all = 1;
  expect infeasible because (pod_anti_affinity, all_placed);
end;

create test pods_that_start_together_keep_apart begin
  insert into pod_affinity_term (template, term, anti, topology_key, selector) values ('web', 'x', 1, 'zone', 'db');
  insert into pod (name, template) values ('w', 'web'), ('d', 'db');
  expect optimal;
  expect (select count(distinct l.value) from pod as p join node_label as l on l.node = p.controllable_node and l.key = 'zone') = 2;
end;

create test or_are_refused begin
  insert into pod_affinity_term (template, term, anti, topology_key, selector) values ('web', 'x', 1, 'all', 'db');
  insert into node_label (node, key, value) values ('a1', 'all', '1'), ('a2', 'all', '1'), ('b1', 'all', '1');
  insert into pod (name, template) values ('w', 'web'), ('d', 'db');
  update scheduler set require_all = 1;
  expect infeasible because (pod_anti_affinity_other, all_placed);
end;

create test a_node_without_the_topology_key_is_in_no_domain begin
  insert into pod_affinity_term (template, term, anti, topology_key, selector) values ('web', 'x', 1, 'all', 'db');
  insert into node_label (node, key, value) values ('a1', 'all', '1'), ('a2', 'all', '1');
  insert into pod (name, template, node_name, phase) values ('d', 'db', 'a1', 'Running');
  insert into pod (name, template) values ('w', 'web');
  expect (select controllable_node from pod where name = 'w') = 'b1';
end;

create test preferred_terms_keep_no_pod_out begin
  insert into pod_affinity_term (template, term, anti, weight, topology_key, selector) values ('web', 'x', 1, 100, 'zone', 'web');
  insert into pod (name, template) values ('w1', 'web'), ('w2', 'web'), ('w3', 'web');
  update scheduler set require_all = 1;
  expect optimal;
end;

create test pods_that_run_together_may_stay begin
  insert into pod_affinity_term (template, term, anti, topology_key, selector) values ('web', 'x', 1, 'zone', 'web'), ('web', 'y', 1, 'zone', 'db');
  insert into pod (name, template, node_name, phase) values
    ('w1', 'web', 'a1', 'Running'), ('w2', 'web', 'a2', 'Running'), ('d', 'db', 'a1', 'Running');
  update scheduler set max_moves = 5;
  expect optimal;
end;
