use schema '../../schema/packs/k8s.sql';
use policies 'evictions.sql', 'placed.sql', 'resources.sql', 'moves.sql', 'misplaced.sql', 'taints.sql';

insert into node (name) values ('n1'), ('n2');
insert into node_resource (node, resource, allocatable) values ('n1', 'pods', 1), ('n2', 'pods', 0);
insert into template (name, priority) values ('high', 10), ('low', 0);
insert into pod (name, template, node_name, phase) values ('l', 'low', 'n1', 'Running');

create test a_victim_goes_nowhere_and_is_evicted begin
  insert into pod (name, template) values ('a', 'high');
  update scheduler set preemption = 1;
  expect optimal;
  expect (select controllable_node, controllable_evict from pod where name = 'l') = (('', 1));
end;

create test a_victim_that_is_not_needed_may_stay begin
  update node_resource set allocatable = 2;
  insert into pod (name, template) values ('a', 'high');
  update scheduler set preemption = 1;
  expect (select count(*) from pod where name = 'l' and controllable_evict = (controllable_node <> 'n1')) = 1;
end;

create test a_victim_does_not_go_to_another_node begin
  update node_resource set allocatable = 1;
  insert into pod (name, template) values ('a', 'high'), ('b', 'high');
  update scheduler set preemption = 1;
  expect (select controllable_node from pod where name = 'l') = '';
end;

create test a_pod_that_moves_is_evicted begin
  update node_resource set allocatable = 1;
  insert into node_taint (node, key, effect) values ('n1', 'x', 'NoSchedule');
  update scheduler set max_moves = 1;
  expect (select controllable_node, controllable_evict from pod) = (('n2', 1));
end;

create test a_pod_never_moves_to_nowhere begin
  insert into node_taint (node, key, effect) values ('n1', 'x', 'NoSchedule');
  update scheduler set max_moves = 1;
  expect (select controllable_node, controllable_evict from pod) = (('n1', 0));
end;
