use schema '../../schema/packs/k8s.sql';
use policies 'node_affinity.sql', 'placed.sql', 'all_placed.sql';

insert into node (name) values ('n1'), ('n2'), ('n3');
insert into node_label (node, key, value) values ('n1', 'cpus', '8'), ('n2', 'cpus', '16'), ('n2', 'disk', 'ssd'), ('n3', 'disk', 'hdd');
insert into template (name) values ('web');
insert into node_affinity_term (template, term) values ('web', 'x');
insert into pod (name, template) values ('a', 'web');

create test in_names_values begin
  insert into node_affinity_expression (template, term, key, operator, value_list) values ('web', 'x', 'disk', 'In', '["hdd", "tape"]');
  expect optimal;
  expect (select controllable_node from pod) = 'n3';
end;

create test not_in_lets_nodes_in_without_the_label begin
  insert into node_affinity_expression (template, term, key, operator, value_list) values ('web', 'x', 'disk', 'NotIn', '["hdd", "ssd"]');
  expect (select controllable_node from pod) = 'n1';
end;

create test exists_asks_for_the_label begin
  insert into node_affinity_expression (template, term, position, key, operator) values ('web', 'x', 1, 'cpus', 'Exists'), ('web', 'x', 2, 'disk', 'Exists');
  expect (select controllable_node from pod) = 'n2';
end;

create test does_not_exist_asks_for_its_absence begin
  insert into node_affinity_expression (template, term, key, operator) values ('web', 'x', 'cpus', 'DoesNotExist');
  expect (select controllable_node from pod) = 'n3';
end;

create test gt_compares_numbers begin
  insert into node_affinity_expression (template, term, key, operator, value_list) values ('web', 'x', 'cpus', 'Gt', '["9"]');
  expect (select controllable_node from pod) = 'n2';
end;

create test lt_compares_numbers begin
  insert into node_affinity_expression (template, term, key, operator, value_list) values ('web', 'x', 'cpus', 'Lt', '["9"]');
  expect (select controllable_node from pod) = 'n1';
end;

create test gt_is_strict_and_no_number_is_greater begin
  update node_label set value = 'many' where node = 'n1' and key = 'cpus';
  insert into node_affinity_expression (template, term, key, operator, value_list) values ('web', 'x', 'cpus', 'Gt', '["16"]');
  expect optimal;
  expect (select controllable_node from pod) = '';
end;

create test expressions_of_a_term_must_all_hold begin
  insert into node_affinity_expression (template, term, position, key, operator, value_list) values
    ('web', 'x', 1, 'cpus', 'Exists', '[]'), ('web', 'x', 2, 'disk', 'In', '["hdd"]');
  update scheduler set require_all = 1;
  expect infeasible because (node_affinity, all_placed);
end;

create test of_the_terms_one_is_enough begin
  insert into node_affinity_term (template, term) values ('web', 'y');
  insert into node_affinity_expression (template, term, key, operator, value_list) values
    ('web', 'x', 'disk', 'In', '["tape"]'), ('web', 'y', 'disk', 'In', '["hdd"]');
  expect (select controllable_node from pod) = 'n3';
end;

create test a_term_without_expressions_matches_no_node begin
  expect (select controllable_node from pod) = '';
end;

create test a_preferred_term_keeps_no_pod_out begin
  update node_affinity_term set weight = 1;
  expect (select controllable_node from pod) <> '';
end;

create test a_field_names_a_node begin
  insert into node_affinity_expression (template, term, on_field, key, operator, value_list) values ('web', 'x', 1, 'metadata.name', 'In', '["n2"]');
  expect (select controllable_node from pod) = 'n2';
end;

create test a_field_rules_nodes_out begin
  insert into node_affinity_expression (template, term, on_field, key, operator, value_list) values ('web', 'x', 1, 'metadata.name', 'NotIn', '["n1", "n2"]');
  expect (select controllable_node from pod) = 'n3';
end;
