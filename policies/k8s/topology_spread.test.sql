use schema '../../schema/packs/k8s.sql';
use policies 'topology_spread.sql', 'placed.sql', 'all_placed.sql', 'evictions.sql';

insert into node (name) values ('a1'), ('a2'), ('b1'), ('c1'), ('lost');
insert into node_label (node, key, value) values ('a1', 'zone', 'a'), ('a2', 'zone', 'a'), ('b1', 'zone', 'b'), ('c1', 'zone', 'c');
insert into template (name) values ('web'), ('db');
insert into template_label (template, key, value) values ('web', 'app', 'web'), ('db', 'app', 'db');
insert into label_selector (selector) values ('web');
insert into label_selector_expression (selector, key, operator, value_list) values ('web', 'app', 'In', '["web"]');
insert into topology_spread (template, spread, topology_key, selector) values ('web', 'x', 'zone', 'web');
create view zone_pods as
select l.value as zone, count(p.name) as pods
from node_label as l left join pod as p on p.controllable_node = l.node and p.node_name is null
where l.key = 'zone' group by l.value;

create test pods_spread_evenly begin
  insert into pod (name, template) values ('w1', 'web'), ('w2', 'web'), ('w3', 'web'), ('w4', 'web');
  expect optimal;
  expect (select count(*) from pod where controllable_node <> '') = 4;
  expect (select max(pods) - min(pods) from zone_pods) = 1;
end;

create test a_greater_skew_is_allowed begin
  update topology_spread set max_skew = 3;
  insert into pod (name, template) values ('w1', 'web'), ('w2', 'web'), ('w3', 'web'), ('w4', 'web');
  expect optimal;
  expect (select max(pods) - min(pods) <= 3 from zone_pods) = 1;
end;

create test running_pods_count begin
  insert into pod (name, template, node_name, phase) values ('r1', 'web', 'a1', 'Running'), ('r2', 'web', 'b1', 'Running');
  insert into pod (name, template) values ('w1', 'web');
  expect (select controllable_node from pod where name = 'w1') = 'c1';
end;

create test terminating_ones_and_other_pods_do_not begin
  insert into pod (name, template, node_name, phase, terminating) values ('r1', 'web', 'a1', 'Running', 0), ('r2', 'web', 'b1', 'Running', 0), ('r3', 'web', 'c1', 'Running', 1);
  insert into pod (name, template, node_name, phase) values ('d', 'db', 'c1', 'Running');
  insert into pod (name, template) values ('w1', 'web');
  expect (select controllable_node from pod where name = 'w1') = 'c1';
end;

create test an_old_skew_stops_nobody_elsewhere begin
  insert into pod (name, template, node_name, phase) values
    ('r1', 'web', 'a1', 'Running'), ('r2', 'web', 'a1', 'Running'), ('r3', 'web', 'a2', 'Running');
  insert into pod (name, template) values ('w1', 'web'), ('w2', 'web');
  expect optimal;
  expect (select group_concat(zone) from (select zone from zone_pods where pods = 1 order by zone)) = 'b,c';
end;

create test where_no_domain_may_take_one_more_it_waits begin
  insert into pod (name, template, node_name, phase) values ('r1', 'web', 'a1', 'Running'), ('r2', 'web', 'b1', 'Running');
  insert into pod (name, template) values ('w1', 'web'), ('w2', 'web'), ('w3', 'web');
  insert into node_selector (template, key, value) values ('web', 'zone', 'a');
  insert into topology_spread (template, spread, topology_key, selector, min_domains) values ('web', 'y', 'zone', 'web', 2);
  update topology_spread set node_affinity_policy = 'Ignore' where spread = 'x';
  update scheduler set require_all = 1;
  expect infeasible because (topology_spread, topology_spread_key, all_placed);
end;

create test too_few_domains_count_as_an_empty_one begin
  update topology_spread set min_domains = 4;
  insert into pod (name, template) values ('w1', 'web'), ('w2', 'web'), ('w3', 'web'), ('w4', 'web');
  expect optimal;
  expect (select max(pods) from zone_pods) = 1;
  expect (select count(*) from pod where controllable_node = '') = 1;
end;

create test a_node_without_the_key_is_no_place begin
  delete from node_label;
  insert into pod (name, template) values ('w1', 'web');
  update scheduler set require_all = 1;
  expect infeasible because (topology_spread_key, all_placed);
end;

create test nodes_that_affinity_keeps_out_do_not_count begin
  insert into node_affinity_term (template, term) values ('web', 't');
  insert into node_affinity_expression (template, term, key, operator, value_list) values ('web', 't', 'zone', 'In', '["a", "b"]');
  insert into pod (name, template, node_name, phase) values ('r1', 'web', 'a1', 'Running'), ('r2', 'web', 'b1', 'Running');
  insert into pod (name, template) values ('w1', 'web'), ('w2', 'web');
  expect optimal;
  expect (select group_concat(zone) from (select zone from zone_pods where pods = 1 order by zone)) = 'a,b';
end;

create test unless_told_to_ignore_that begin
  insert into node_affinity_term (template, term) values ('web', 't');
  insert into node_affinity_expression (template, term, key, operator, value_list) values ('web', 't', 'zone', 'In', '["a", "b"]');
  update topology_spread set node_affinity_policy = 'Ignore';
  insert into pod (name, template) values ('w1', 'web');
  expect (select count(*) from spread_domain) = 3;
end;

create test tainted_nodes_count_unless_told_otherwise begin
  insert into node_taint (node, key, effect) values ('c1', 'x', 'NoSchedule'), ('b1', 'x', 'PreferNoSchedule');
  insert into pod (name, template) values ('w1', 'web');
  expect (select count(*) from spread_domain) = 3;
  update topology_spread set node_taints_policy = 'Honor';
  expect (select group_concat(value) from (select value from spread_domain order by value)) = 'a,b';
end;

create test hosts_are_domains_too begin
  update topology_spread set topology_key = 'kubernetes.io/hostname';
  insert into pod (name, template) values ('w1', 'web'), ('w2', 'web'), ('w3', 'web'), ('w4', 'web'), ('w5', 'web');
  expect (select count(distinct controllable_node) from pod where controllable_node <> '') = 5;
end;

create test all_spreads_hold_together begin
  insert into topology_spread (template, spread, topology_key, selector) values ('web', 'y', 'kubernetes.io/hostname', 'web');
  insert into pod (name, template) values ('w1', 'web'), ('w2', 'web'), ('w3', 'web'), ('w4', 'web');
  expect optimal;
  expect (select count(distinct controllable_node) from pod where controllable_node <> '') = 4;
  expect (select max(pods) - min(pods) from zone_pods) = 1;
end;

create test schedule_anyway_keeps_no_pod_out begin
  update topology_spread set when_unsatisfiable = 'ScheduleAnyway';
  delete from node_label;
  insert into pod (name, template) values ('w1', 'web');
  update scheduler set require_all = 1;
  expect optimal;
end;

create test pods_that_run_unevenly_may_stay begin
  insert into topology_spread (template, spread, topology_key, max_skew, selector) values ('web', 'y', 'kubernetes.io/hostname', 9, 'web');
  insert into pod (name, template, node_name, phase) values ('r1', 'web', 'a1', 'Running'), ('r2', 'web', 'a1', 'Running'), ('r3', 'web', 'a1', 'Running');
  update scheduler set max_moves = 3;
  expect optimal;
end;
