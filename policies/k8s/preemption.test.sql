use schema '../../schema/packs/k8s.sql';
use policies 'preemption.sql', 'evictions.sql', 'placed.sql', 'resources.sql', 'all_placed.sql';

insert into node (name) values ('n1'), ('n2');
insert into node_resource (node, resource, allocatable) values ('n1', 'cpu', 10), ('n2', 'cpu', 10);
insert into template (name, priority) values ('high', 1000), ('mid', 100), ('low', 10), ('least', 0);
insert into container_resource (template, resource, request_amount) values
  ('high', 'cpu', 8), ('mid', 'cpu', 8), ('low', 'cpu', 4), ('least', 'cpu', 4);
update scheduler set preemption = 1;

create test a_less_important_pod_makes_room begin
  insert into pod (name, template, node_name, phase) values ('m', 'mid', 'n1', 'Running'), ('l', 'low', 'n2', 'Running'), ('k', 'low', 'n2', 'Running');
  insert into pod (name, template) values ('a', 'high');
  expect optimal;
  -- Two pods of low importance go rather than one of more.
  expect (select name, controllable_node, controllable_evict from pod order by name) =
    (('a', 'n2', 0), ('k', '', 1), ('l', '', 1), ('m', 'n1', 0));
  expect soft preemption_first = 0;
  expect soft preemption_second = 2;
end;

create test as_few_as_possible_go begin
  insert into pod (name, template, node_name, phase) values
    ('l', 'low', 'n1', 'Running'), ('k', 'low', 'n1', 'Running'), ('j', 'low', 'n2', 'Running');
  insert into pod (name, template) values ('a', 'high');
  expect (select name from pod where controllable_evict = 1) = 'j';
  expect soft preemption_first = 1;
end;

create test nobody_goes_where_there_is_room begin
  insert into pod (name, template, node_name, phase) values ('l', 'low', 'n1', 'Running'), ('k', 'low', 'n1', 'Running');
  insert into pod (name, template) values ('a', 'high');
  expect optimal;
  expect (select name from pod where controllable_evict = 1) = ();
  expect (select controllable_node from pod where name = 'a') = 'n2';
end;

create test nobody_goes_for_an_equal begin
  insert into pod (name, template, node_name, phase) values ('m', 'mid', 'n1', 'Running'), ('o', 'mid', 'n2', 'Running');
  insert into pod (name, template) values ('a', 'mid');
  expect optimal;
  expect (select controllable_node from pod where name = 'a') = '';
  expect (select name from pod where controllable_evict = 1) = ();
end;

create test nobody_goes_while_preemption_is_off begin
  update scheduler set preemption = 0;
  insert into pod (name, template, node_name, phase) values ('m', 'mid', 'n1', 'Running'), ('o', 'mid', 'n2', 'Running');
  insert into pod (name, template) values ('a', 'high');
  expect (select controllable_node from pod where name = 'a') = '';
end;

create test nobody_goes_for_a_pod_that_does_not_preempt begin
  update template set preempts = 0 where name = 'high';
  insert into pod (name, template, node_name, phase) values ('m', 'mid', 'n1', 'Running'), ('o', 'mid', 'n2', 'Running');
  insert into pod (name, template) values ('a', 'high');
  expect (select controllable_node from pod where name = 'a') = '';
end;

create test an_eviction_helps_only_those_it_is_for begin
  -- Room for b beside a is made by evictions that b, of the same importance as the victims, must not profit from.
  update container_resource set request_amount = 4 where template = 'high';
  update container_resource set request_amount = 2 where template = 'low';
  insert into pod (name, template, node_name, phase) values ('m', 'mid', 'n1', 'Running'), ('l', 'least', 'n2', 'Running'), ('k', 'least', 'n2', 'Running');
  insert into pod (name, template) values ('a', 'high'), ('b', 'low'), ('c', 'low'), ('d', 'low');
  expect optimal;
  expect (select count(*) from pod where controllable_evict = 1) = 1;
  expect (select controllable_node from pod where name = 'a') = 'n2';
  expect (select controllable_node from pod where name in ('b', 'c', 'd') and controllable_node <> '') = 'n1';
end;

create test importance_is_compared_rank_by_rank begin
  insert into template (name, priority) values ('p1', 1), ('p2', 2), ('p3', 3), ('p4', 4), ('p5', 5);
  insert into container_resource (template, resource, request_amount) select name, 'cpu', 10 from template where name glob 'p?';
  insert into node (name) values ('n3'), ('n4'), ('n5');
  insert into node_resource (node, resource, allocatable) values ('n3', 'cpu', 10), ('n4', 'cpu', 10), ('n5', 'cpu', 10);
  insert into pod (name, template, node_name, phase) select 'r' || name, name, replace(name, 'p', 'n'), 'Running' from template where name glob 'p?';
  insert into pod (name, template) values ('a', 'high'), ('b', 'high'), ('c', 'high');
  expect optimal;
  expect (select group_concat(name) from (select name from pod where controllable_evict = 1 order by name)) = 'rp1,rp2,rp3';
  expect soft preemption_first = 0;
  expect soft preemption_second = 0;
  expect soft preemption_third = 1;
  expect soft preemption_rest = 2;
end;

create test no_rank_loses_a_pod_where_there_is_room begin
  insert into template (name, priority) values ('p1', 1), ('p2', 2), ('p3', 3), ('p4', 4);
  insert into container_resource (template, resource, request_amount) select name, 'cpu', 10 from template where name glob 'p?';
  insert into node (name) values ('n3'), ('n4'), ('n5');
  insert into node_resource (node, resource, allocatable) values ('n3', 'cpu', 10), ('n4', 'cpu', 10), ('n5', 'cpu', 10);
  insert into pod (name, template, node_name, phase) select 'r' || name, name, replace(name, 'p', 'n'), 'Running' from template where name glob 'p?';
  insert into pod (name, template) values ('a', 'high');
  expect optimal;
  expect (select controllable_node from pod where name = 'a') = 'n5';
  expect soft preemption_third = 0;
  expect soft preemption_rest = 0;
end;
