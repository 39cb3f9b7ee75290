use schema '../../schema/packs/k8s.sql';
use policies 'node_conditions.sql', 'placed.sql', 'all_placed.sql';

insert into node (name) values ('ill');
insert into template (name) values ('web');
insert into pod (name, template) values ('a', 'web');

create test a_node_without_conditions_is_well begin
  expect optimal;
  expect (select controllable_node from pod) = 'ill';
end;

create test good_news_is_no_condition begin
  insert into node_condition (node, type, status) values
    ('ill', 'Ready', 'True'), ('ill', 'MemoryPressure', 'False'), ('ill', 'DiskPressure', 'Unknown'),
    ('ill', 'KernelDeadlock', 'True');
  expect (select controllable_node from pod) = 'ill';
end;

create test an_unready_node_takes_no_pod begin
  insert into node_condition (node, type, status) values ('ill', 'Ready', 'False');
  expect optimal;
  expect (select controllable_node from pod) = '';
end;

create test a_lost_node_takes_no_pod begin
  insert into node_condition (node, type, status) values ('ill', 'Ready', 'Unknown');
  expect (select controllable_node from pod) = '';
end;

create test memory_pressure_keeps_pods_out begin
  insert into node_condition (node, type, status) values ('ill', 'MemoryPressure', 'True');
  expect (select controllable_node from pod) = '';
end;

create test disk_pressure_keeps_pods_out begin
  insert into node_condition (node, type, status) values ('ill', 'DiskPressure', 'True');
  expect (select controllable_node from pod) = '';
end;

create test process_pressure_keeps_pods_out begin
  insert into node_condition (node, type, status) values ('ill', 'PIDPressure', 'True');
  expect (select controllable_node from pod) = '';
end;

create test a_node_without_network_takes_no_pod begin
  insert into node_condition (node, type, status) values ('ill', 'NetworkUnavailable', 'True');
  expect (select controllable_node from pod) = '';
end;

create test a_cordoned_node_takes_no_pod begin
  update node set unschedulable = 1;
  update scheduler set require_all = 1;
  expect infeasible because (node_conditions, all_placed);
end;

create test a_pod_goes_to_the_node_that_is_well begin
  insert into node_condition (node, type, status) values ('ill', 'Ready', 'False');
  insert into node (name) values ('well');
  expect optimal;
  expect (select controllable_node from pod) = 'well';
end;

create test a_condition_can_be_tolerated begin
  insert into node_condition (node, type, status) values ('ill', 'MemoryPressure', 'True');
  insert into toleration (template, key, operator, effect) values
    ('web', 'node.kubernetes.io/memory-pressure', 'Exists', 'NoSchedule');
  expect (select controllable_node from pod) = 'ill';
end;

create test a_toleration_of_another_effect_does_not_help begin
  insert into node_condition (node, type, status) values ('ill', 'Ready', 'False');
  insert into toleration (template, key, operator, effect) values
    ('web', 'node.kubernetes.io/not-ready', 'Exists', 'NoExecute');
  expect (select controllable_node from pod) = '';
end;

create test a_pod_that_tolerates_everything_ignores_a_cordon begin
  update node set unschedulable = 1;
  insert into toleration (template, operator) values ('web', 'Exists');
  expect (select controllable_node from pod) = 'ill';
end;
