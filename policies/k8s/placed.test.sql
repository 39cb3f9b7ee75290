use schema '../../schema/packs/k8s.sql';
use policies 'placed.sql', 'resources.sql', 'preemption.sql', 'evictions.sql';

insert into node (name) values ('n1');
insert into node_resource (node, resource, allocatable) values ('n1', 'pods', 2);
insert into template (name, priority) values ('high', 1000), ('mid', 10), ('low', 0);

create test as_many_as_fit_start begin
  insert into pod (name, template) values ('a', 'low'), ('b', 'low'), ('c', 'low');
  expect optimal;
  expect (select count(*) from pod where controllable_node = 'n1') = 2;
  expect objective priority 60 = 2;
end;

create test the_most_important_start_first begin
  insert into pod (name, template) values ('a', 'low'), ('b', 'mid'), ('c', 'high');
  expect (select group_concat(name) from (select name from pod where controllable_node = 'n1' order by name)) = 'b,c';
end;

create test one_important_pod_is_worth_more_than_all_others begin
  insert into node_resource (node, resource, allocatable) values ('n1', 'cpu', 10);
  insert into container_resource (template, resource, request_amount) values ('high', 'cpu', 10), ('low', 'cpu', 1);
  insert into pod (name, template) values ('a', 'low'), ('b', 'low'), ('c', 'high');
  expect (select name from pod where controllable_node = 'n1') = 'c';
  expect (select name, weight from waiting_weight order by name) = (('a', 1), ('b', 1), ('c', 3));
end;

create test weights_stop_growing_at_a_million begin
  with recursive n (i) as (select 1 union all select i + 1 from n where i < 30)
  insert into template (name, priority) select 't' || i, i from n;
  insert into pod (name, template) select name, name from template;
  expect (select max(weight) from waiting_weight) = 1000000;
end;

create test pods_that_preempt_come_before_everything begin
  insert into pod (name, template, node_name, phase) values ('x', 'low', 'n1', 'Running'), ('y', 'low', 'n1', 'Running');
  insert into pod (name, template) values ('a', 'high'), ('b', 'mid');
  update scheduler set preemption = 1;
  expect optimal;
  expect soft placed_first = 2;
  expect (select name, controllable_node from pod where node_name is null order by name) = (('a', 'n1'), ('b', ''));
end;
