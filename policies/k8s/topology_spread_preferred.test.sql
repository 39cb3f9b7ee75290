use schema '../../schema/packs/k8s.sql';
use policies 'topology_spread_preferred.sql', 'placed.sql', 'node_conditions.sql';

insert into node (name) values ('a1'), ('b1');
insert into node_label (node, key, value) values ('a1', 'zone', 'a'), ('b1', 'zone', 'b');
insert into template (name) values ('web');
insert into template_label (template, key, value) values ('web', 'app', 'web');
insert into label_selector (selector) values ('web');
insert into label_selector_expression (selector, key, operator, value_list) values ('web', 'app', 'In', '["web"]');
insert into topology_spread (template, spread, topology_key, selector, when_unsatisfiable) values ('web', 'x', 'zone', 'web', 'ScheduleAnyway');
insert into pod (name, template) values ('w1', 'web'), ('w2', 'web');

create test pods_spread_where_they_can begin
  expect optimal;
  expect soft topology_spread_preferred = 0;
  expect (select count(distinct controllable_node) from pod) = 2;
end;

create test and_start_where_they_cannot begin
  update node set unschedulable = 1 where name = 'b1';
  expect optimal;
  expect (select count(*) from pod where controllable_node = 'a1') = 2;
  expect soft topology_spread_preferred = 1;
end;

create test running_pods_count begin
  insert into pod (name, template, node_name, phase) values ('r1', 'web', 'a1', 'Running'), ('r2', 'web', 'a1', 'Running');
  expect (select count(*) from pod where controllable_node = 'b1') = 2;
  expect soft topology_spread_preferred = 0;
end;
