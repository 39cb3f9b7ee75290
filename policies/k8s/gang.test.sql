use schema '../../schema/packs/k8s.sql';
use policies 'gang.sql', 'placed.sql', 'resources.sql', 'all_placed.sql';

insert into node (name) values ('n1');
insert into node_resource (node, resource, allocatable) values ('n1', 'pods', 2);
insert into template (name) values ('job');
insert into pod_group (name, min_member) values ('train', 3);
insert into pod (name, template, pod_group) values ('a', 'job', 'train'), ('b', 'job', 'train'), ('c', 'job', 'train');

create test a_group_that_does_not_fit_waits_whole begin
  expect optimal;
  expect (select count(*) from pod where controllable_node <> '') = 0;
end;

create test one_that_fits_starts_whole begin
  update node_resource set allocatable = 3;
  expect optimal;
  expect (select count(*) from pod where controllable_node <> '') = 3;
end;

create test enough_members_are_enough begin
  update pod_group set min_member = 2;
  expect (select count(*) from pod where controllable_node <> '') = 2;
end;

create test running_members_count begin
  insert into pod (name, template, pod_group, node_name, phase) values ('r', 'job', 'train', 'n1', 'Running');
  update node_resource set allocatable = 3;
  expect (select count(*) from pod where controllable_node <> '') = 2;
end;

create test a_waiting_group_leaves_its_room_to_others begin
  insert into pod (name, template) values ('x', 'job');
  expect (select name from pod where controllable_node <> '') = 'x';
end;

create test the_core_names_the_group begin
  insert into node (name) values ('n2');
  insert into node_resource (node, resource, allocatable) values ('n2', 'pods', 0);
  update scheduler set require_all = 1;
  delete from pod where name in ('b', 'c');
  expect infeasible because (gang, all_placed);
end;
