use schema '../../schema/packs/k8s.sql';
use policies 'node_selector.sql', 'placed.sql', 'all_placed.sql';

insert into node (name) values ('ssd'), ('both'), ('plain');
insert into node_label (node, key, value) values ('ssd', 'disk', 'ssd'), ('both', 'disk', 'ssd'), ('both', 'gpu', 'yes'), ('plain', 'gpu', 'no');
insert into template (name) values ('web');
insert into pod (name, template) values ('a', 'web');

create test every_label_must_be_there begin
  insert into node_selector (template, key, value) values ('web', 'disk', 'ssd'), ('web', 'gpu', 'yes');
  expect optimal;
  expect (select controllable_node from pod) = 'both';
end;

create test the_value_counts begin
  insert into node_selector (template, key, value) values ('web', 'gpu', 'no');
  expect (select controllable_node from pod) = 'plain';
end;

create test a_label_that_no_node_has_keeps_pods_waiting begin
  insert into node_selector (template, key, value) values ('web', 'disk', 'tape');
  expect optimal;
  expect (select controllable_node from pod) = '';
end;

create test and_is_named_where_none_may_wait begin
  insert into node_selector (template, key, value) values ('web', 'disk', 'tape');
  update scheduler set require_all = 1;
  expect infeasible because (node_selector, all_placed);
end;

create test without_a_selector_all_nodes_do begin
  delete from node_label where node <> 'plain';
  delete from node where name <> 'plain';
  expect (select controllable_node from pod) = 'plain';
end;

create test the_name_of_a_node_is_its_hostname_label begin
  insert into node_selector (template, key, value) values ('web', 'kubernetes.io/hostname', 'plain');
  expect (select controllable_node from pod) = 'plain';
end;

create test unless_the_label_says_otherwise begin
  insert into node_label (node, key, value) values ('plain', 'kubernetes.io/hostname', 'plain.example');
  insert into node_selector (template, key, value) values ('web', 'kubernetes.io/hostname', 'plain');
  expect (select controllable_node from pod) = '';
end;
