use schema '../../schema/packs/k8s.sql';
use policies 'moves.sql', 'misplaced.sql', 'evictions.sql', 'taints.sql', 'resources.sql';

insert into node (name) values ('n1'), ('n2');
insert into node_taint (node, key, effect) values ('n1', 'x', 'NoSchedule');
insert into template (name) values ('web'), ('own');
insert into toleration (template, operator) values ('own', 'Exists');
insert into pod (name, template, node_name, phase) values
  ('a', 'web', 'n1', 'Running'), ('b', 'web', 'n1', 'Running'), ('c', 'web', 'n1', 'Running'), ('d', 'own', 'n1', 'Running');

create test no_more_pods_move_than_may begin
  update scheduler set max_moves = 2;
  expect optimal;
  expect (select count(*) from pod where controllable_evict = 1) = 2;
  expect soft misplaced = 1;
  expect soft moves_few = 2;
end;

create test pods_without_a_reason_stay begin
  update scheduler set max_moves = 9;
  expect (select count(*) from pod where controllable_node = 'n2') = 3;
  expect (select name from open_pod where name = 'd') = ();
end;

create test nothing_moves_while_the_descheduler_is_off begin
  expect (select name from open_pod) = ();
end;

create test nor_where_there_is_no_room begin
  insert into node_resource (node, resource, allocatable) values ('n2', 'pods', 1);
  update scheduler set max_moves = 9;
  expect (select count(*) from pod where controllable_evict = 1) = 1;
end;

create test pods_that_may_not_be_evicted_stay begin
  update template set evictable = 0;
  update scheduler set max_moves = 9;
  expect (select name from open_pod) = ();
end;

create test nor_do_system_critical_ones begin
  update template set priority = 2000000000;
  update scheduler set max_moves = 9;
  expect (select name from open_pod) = ();
end;
