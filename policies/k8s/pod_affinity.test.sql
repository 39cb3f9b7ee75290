use schema '../../schema/packs/k8s.sql';
use policies 'pod_affinity.sql', 'placed.sql', 'all_placed.sql', 'evictions.sql', 'node_selector.sql', 'preemption.sql';

insert into node (name) values ('a1'), ('a2'), ('b1'), ('lost');
insert into node_label (node, key, value) values ('a1', 'zone', 'a'), ('a2', 'zone', 'a'), ('b1', 'zone', 'b');
insert into template (name) values ('db'), ('web'), ('near');
insert into template_label (template, key, value) values ('db', 'app', 'db'), ('web', 'app', 'web'), ('near', 'app', 'web');
insert into label_selector (selector) values ('db'), ('web');
insert into label_selector_expression (selector, key, operator, value_list) values ('db', 'app', 'In', '["db"]'), ('web', 'app', 'In', '["web"]');

create test a_pod_joins_the_domain_of_a_running_one begin
  insert into pod_affinity_term (template, term, topology_key, selector) values ('web', 'x', 'zone', 'db');
  insert into pod (name, template, node_name, phase) values ('d', 'db', 'b1', 'Running');
  insert into pod (name, template) values ('w', 'web');
  expect optimal;
  expect (select controllable_node from pod where name = 'w') = 'b1';
end;

create test any_node_of_the_domain_will_do begin
  insert into pod_affinity_term (template, term, topology_key, selector) values ('web', 'x', 'zone', 'db');
  insert into pod (name, template, node_name, phase) values ('d', 'db', 'a1', 'Running');
  insert into pod (name, template) values ('w', 'web');
  expect (select count(*) from pod where name = 'w' and controllable_node in ('a1', 'a2')) = 1;
end;

create test without_such_a_pod_it_waits begin
  insert into pod_affinity_term (template, term, topology_key, selector) values ('web', 'x', 'zone', 'db');
  insert into pod (name, template) values ('w', 'web');
  update scheduler set require_all = 1;
  expect infeasible because (pod_affinity, pod_affinity_key, all_placed);
end;

create test pods_that_start_together_go_together begin
  insert into pod_affinity_term (template, term, topology_key, selector) values ('web', 'x', 'zone', 'db');
  insert into pod (name, template) values ('w', 'web'), ('d', 'db');
  expect optimal;
  expect (select count(distinct l.value) from pod as p join node_label as l on l.node = p.controllable_node and l.key = 'zone') = 1;
  expect (select count(*) from pod where controllable_node <> '') = 2;
end;

create test pods_that_need_each_other_start_together begin
  insert into pod_affinity_term (template, term, topology_key, selector) values ('web', 'x', 'zone', 'db'), ('db', 'x', 'zone', 'web');
  insert into pod (name, template) values ('w', 'web'), ('d', 'db');
  expect optimal;
  expect (select count(*) from pod where controllable_node <> '') = 2;
end;

create test a_node_without_the_topology_key_is_no_place begin
  insert into pod_affinity_term (template, term, topology_key, selector) values ('web', 'x', 'zone', 'db');
  insert into pod (name, template, node_name, phase) values ('d', 'db', 'lost', 'Running');
  insert into pod (name, template) values ('w', 'web');
  expect optimal;
  expect (select controllable_node from pod where name = 'w') = '';
end;

create test the_first_of_a_group_may_go_anywhere_and_the_others_join_it begin
  insert into pod_affinity_term (template, term, topology_key, selector) values ('web', 'x', 'kubernetes.io/hostname', 'web');
  insert into pod (name, template) values ('w1', 'web'), ('w2', 'web'), ('w3', 'web');
  expect optimal;
  expect (select count(*) from pod where controllable_node <> '') = 3;
  expect (select count(distinct controllable_node) from pod) = 1;
end;

create test but_only_in_the_topology_it_asks_for begin
  insert into pod_affinity_term (template, term, topology_key, selector) values ('web', 'x', 'rack', 'web');
  insert into pod (name, template) values ('w1', 'web');
  expect optimal;
  expect (select controllable_node from pod) = '';
end;

create test where_one_runs_there_is_no_first begin
  insert into pod_affinity_term (template, term, topology_key, selector) values ('web', 'x', 'zone', 'web');
  insert into pod (name, template, node_name, phase) values ('w0', 'web', 'b1', 'Running');
  insert into pod (name, template) values ('w1', 'web'), ('w2', 'web');
  expect optimal;
  expect (select name, controllable_node from pod where name <> 'w0' order by name) = (('w1', 'b1'), ('w2', 'b1'));
end;

create test a_group_that_fits_no_one_domain_is_refused begin
  insert into pod_affinity_term (template, term, topology_key, selector) values ('web', 'x', 'kubernetes.io/hostname', 'web'), ('near', 'x', 'kubernetes.io/hostname', 'web');
  insert into pod (name, template) values ('w1', 'web'), ('w2', 'near');
  insert into pod_affinity_term (template, term, topology_key, selector) values ('web', 'y', 'zone', 'web'), ('near', 'y', 'row', 'web');
  insert into node_label (node, key, value) values ('lost', 'row', '1');
  update scheduler set require_all = 1;
  expect infeasible because (pod_affinity_first, pod_affinity_key, all_placed);
end;

create test all_terms_must_be_met_by_pods_that_match_them_all begin
  insert into label_selector (selector) values ('tier');
  insert into label_selector_expression (selector, key, operator) values ('tier', 'tier', 'Exists');
  insert into template_label (template, key, value) values ('db', 'tier', 'back');
  insert into template (name) values ('cache');
  insert into template_label (template, key, value) values ('cache', 'app', 'db');
  insert into pod_affinity_term (template, term, topology_key, selector) values ('web', 'x', 'zone', 'db'), ('web', 'y', 'zone', 'tier');
  insert into pod (name, template, node_name, phase) values ('c', 'cache', 'a1', 'Running'), ('d', 'db', 'b1', 'Running');
  insert into pod (name, template) values ('w', 'web');
  expect optimal;
  expect (select controllable_node from pod where name = 'w') = 'b1';
end;

create test pods_of_other_namespaces_are_not_meant begin
  update template set namespace = 'shop' where name = 'db';
  insert into pod_affinity_term (template, term, topology_key, selector) values ('web', 'x', 'zone', 'db');
  insert into pod (name, template, node_name, phase) values ('d', 'db', 'b1', 'Running');
  insert into pod (name, template) values ('w', 'web');
  expect optimal;
  expect (select controllable_node from pod where name = 'w') = '';
end;

create test unless_the_term_lists_them begin
  update template set namespace = 'shop' where name = 'db';
  insert into pod_affinity_term (template, term, topology_key, selector) values ('web', 'x', 'zone', 'db');
  insert into pod_affinity_namespace (template, term, namespace) values ('web', 'x', 'shop');
  insert into pod (name, template, node_name, phase) values ('d', 'db', 'b1', 'Running');
  insert into pod (name, template) values ('w', 'web');
  expect (select controllable_node from pod where name = 'w') = 'b1';
end;

create test or_its_namespace_selector_does begin
  update template set namespace = 'shop' where name = 'db';
  insert into namespace_label (namespace, key, value) values ('shop', 'team', 'blue');
  insert into label_selector (selector) values ('blue');
  insert into label_selector_expression (selector, key, operator, value_list) values ('blue', 'team', 'In', '["blue"]');
  insert into pod_affinity_term (template, term, topology_key, selector, namespace_selector) values ('web', 'x', 'zone', 'db', 'blue');
  insert into pod (name, template, node_name, phase) values ('d', 'db', 'b1', 'Running');
  insert into pod (name, template) values ('w', 'web');
  expect (select controllable_node from pod where name = 'w') = 'b1';
end;

create test selectors_know_all_operators begin
  insert into label_selector (selector) values ('all');
  insert into label_selector_expression (selector, position, key, operator, value_list) values
    ('all', 1, 'app', 'NotIn', '["web"]'), ('all', 2, 'canary', 'DoesNotExist', '[]'), ('all', 3, 'app', 'Exists', '[]');
  insert into template (name) values ('canary'), ('bare');
  insert into template_label (template, key, value) values ('canary', 'app', 'db'), ('canary', 'canary', 'yes');
  expect (select template from selector_template where selector = 'all') = 'db';
end;

create test an_empty_selector_means_every_pod begin
  insert into label_selector (selector) values ('any');
  insert into pod_affinity_term (template, term, topology_key, selector) values ('web', 'x', 'zone', 'any');
  insert into template (name) values ('bare');
  insert into pod (name, template, node_name, phase) values ('x', 'bare', 'b1', 'Running');
  insert into pod (name, template) values ('w', 'web');
  expect (select controllable_node from pod where name = 'w') = 'b1';
end;

create test a_running_one_that_may_be_evicted_is_joined_while_it_stays begin
  insert into pod_affinity_term (template, term, topology_key, selector) values ('web', 'x', 'zone', 'web');
  insert into template (name, priority) values ('urgent', 10);
  insert into pod (name, template, node_name, phase) values ('w0', 'web', 'b1', 'Running');
  insert into pod (name, template) values ('w1', 'web'), ('u', 'urgent');
  update scheduler set preemption = 1;
  expect optimal;
  expect (select name, controllable_node from pod where name like 'w_' order by name) = (('w0', 'b1'), ('w1', 'b1'));
end;

create test who_cannot_join_it_waits begin
  insert into pod_affinity_term (template, term, topology_key, selector) values ('web', 'x', 'zone', 'web');
  insert into template (name, priority) values ('urgent', 10);
  insert into node_label (node, key, value) values ('a1', 'open', 'yes'), ('a2', 'open', 'yes');
  insert into node_selector (template, key, value) values ('web', 'open', 'yes');
  insert into pod (name, template, node_name, phase) values ('w0', 'web', 'b1', 'Running');
  insert into pod (name, template) values ('w1', 'web'), ('u', 'urgent');
  update scheduler set preemption = 1;
  expect optimal;
  expect (select name, controllable_node from pod where name like 'w_' order by name) = (('w0', 'b1'), ('w1', ''));
end;
