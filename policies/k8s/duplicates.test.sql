use schema '../../schema/packs/k8s.sql';
use policies 'duplicates.sql', 'moves.sql', 'evictions.sql', 'resources.sql';

insert into node (name) values ('n1'), ('n2'), ('n3');
insert into template (name) values ('web');
insert into pod (name, template, node_name, phase) values ('a', 'web', 'n1', 'Running'), ('b', 'web', 'n1', 'Running'), ('c', 'web', 'n2', 'Running');

create test a_double_moves_to_a_node_without begin
  update scheduler set max_moves = 9;
  expect optimal;
  expect (select count(distinct controllable_node) from pod where controllable_node <> '') = 2;
  expect (select controllable_node from pod where controllable_evict = 1) = 'n3';
end;

create test with_more_pods_than_nodes_doubles_stay begin
  insert into pod (name, template, node_name, phase) values ('d', 'web', 'n3', 'Running');
  update scheduler set max_moves = 9;
  expect optimal;
  expect (select count(*) from pod where controllable_evict = 1) = 0;
end;

create test one_pod_a_node_is_no_double begin
  update pod set node_name = 'n3' where name = 'b';
  update scheduler set max_moves = 9;
  expect (select reason from misplaced_pod) = ();
end;
