use schema '../../schema/packs/k8s.sql';
use policies 'taints.sql', 'placed.sql', 'all_placed.sql', 'evictions.sql';

insert into node (name) values ('gpu');
insert into node_taint (node, key, value, effect) values ('gpu', 'dedicated', 'gpu', 'NoSchedule');
insert into template (name) values ('web');
insert into pod (name, template) values ('a', 'web');

create test a_taint_keeps_pods_out begin
  update scheduler set require_all = 1;
  expect infeasible because (taints, all_placed);
end;

create test a_pod_goes_to_the_node_without_taint begin
  insert into node (name) values ('plain');
  expect optimal;
  expect (select controllable_node from pod) = 'plain';
end;

create test no_execute_keeps_pods_out_too begin
  update node_taint set effect = 'NoExecute';
  expect optimal;
  expect (select controllable_node from pod) = '';
end;

create test prefer_no_schedule_does_not begin
  update node_taint set effect = 'PreferNoSchedule';
  expect (select controllable_node from pod) = 'gpu';
end;

create test equal_tolerates_the_same_value begin
  insert into toleration (template, key, operator, value, effect) values ('web', 'dedicated', 'Equal', 'gpu', 'NoSchedule');
  expect (select controllable_node from pod) = 'gpu';
end;

create test equal_does_not_tolerate_another_value begin
  insert into toleration (template, key, operator, value) values ('web', 'dedicated', 'Equal', 'batch');
  expect (select controllable_node from pod) = '';
end;

create test exists_tolerates_any_value begin
  insert into toleration (template, key, operator) values ('web', 'dedicated', 'Exists');
  expect (select controllable_node from pod) = 'gpu';
end;

create test exists_without_a_key_tolerates_everything begin
  insert into node_taint (node, key, effect) values ('gpu', 'other', 'NoExecute');
  insert into toleration (template, operator) values ('web', 'Exists');
  expect (select controllable_node from pod) = 'gpu';
end;

create test another_effect_is_not_tolerated begin
  insert into toleration (template, key, operator, effect) values ('web', 'dedicated', 'Exists', 'NoExecute');
  expect (select controllable_node from pod) = '';
end;

create test every_taint_must_be_tolerated begin
  insert into node_taint (node, key, effect) values ('gpu', 'other', 'NoSchedule');
  insert into toleration (template, key, operator) values ('web', 'dedicated', 'Exists');
  expect (select controllable_node from pod) = '';
end;

create test a_running_pod_stays_beside_a_new_taint begin
  insert into pod (name, template, node_name, phase) values ('old', 'web', 'gpu', 'Running');
  update scheduler set max_moves = 5;
  expect optimal;
  expect (select controllable_node from pod where name = 'old') = 'gpu';
end;
