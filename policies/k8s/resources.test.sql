use schema '../../schema/packs/k8s.sql';
use policies 'resources.sql', 'placed.sql', 'all_placed.sql', 'evictions.sql';

insert into node (name) values ('n1');
insert into node_resource (node, resource, allocatable) values ('n1', 'cpu', 1000);
insert into template (name) values ('web');
insert into pod (name, template) values ('a', 'web'), ('b', 'web');

create test what_fits_exactly_starts begin
  insert into container_resource (template, resource, request_amount) values ('web', 'cpu', 500);
  expect optimal;
  expect (select count(*) from pod where controllable_node = 'n1') = 2;
end;

create test what_does_not_fit_waits begin
  insert into container_resource (template, resource, request_amount) values ('web', 'cpu', 501);
  expect optimal;
  expect (select count(*) from pod where controllable_node = 'n1') = 1;
end;

create test the_core_names_the_node_and_the_resource begin
  insert into container_resource (template, resource, request_amount) values ('web', 'cpu', 501);
  update scheduler set require_all = 1;
  expect infeasible because (resources, all_placed);
end;

create test running_pods_hold_what_they_asked_for begin
  insert into container_resource (template, resource, request_amount) values ('web', 'cpu', 400);
  insert into pod (name, template, node_name, phase) values ('old', 'web', 'n1', 'Running');
  expect (select count(*) from pod where controllable_node = 'n1') = 1;
end;

create test finished_pods_hold_nothing begin
  insert into container_resource (template, resource, request_amount) values ('web', 'cpu', 500);
  insert into pod (name, template, node_name, phase) values ('old', 'web', 'n1', 'Succeeded'), ('bad', 'web', 'n1', 'Failed');
  expect (select count(*) from pod where controllable_node = 'n1') = 2;
end;

create test terminating_pods_still_hold_theirs begin
  insert into container_resource (template, resource, request_amount) values ('web', 'cpu', 500);
  insert into pod (name, template, node_name, phase, terminating) values ('old', 'web', 'n1', 'Running', 1);
  expect (select count(*) from pod where controllable_node = 'n1') = 1;
end;

create test gated_pods_do_not_start begin
  update pod set gated = 1 where name = 'a';
  expect (select name from pod where controllable_node = 'n1') = 'b';
end;

create test limits_play_no_part begin
  insert into container_resource (template, resource, request_amount, limit_amount) values ('web', 'cpu', 100, 5000);
  expect (select count(*) from pod where controllable_node = 'n1') = 2;
end;

create test a_limit_alone_is_the_request begin
  insert into container_resource (template, resource, limit_amount) values ('web', 'cpu', 600);
  expect (select count(*) from pod where controllable_node = 'n1') = 1;
end;

create test containers_add_up begin
  insert into container_resource (template, container, resource, request_amount) values ('web', 'x', 'cpu', 300), ('web', 'y', 'cpu', 300);
  expect (select count(*) from pod where controllable_node = 'n1') = 1;
end;

create test the_largest_init_container_counts_alone begin
  insert into container_resource (template, container, resource, request_amount) values
    ('web', 'main', 'cpu', 100), ('web', 'first', 'cpu', 500), ('web', 'second', 'cpu', 300);
  insert into init_container (template, container, position) values ('web', 'first', 1), ('web', 'second', 2);
  expect (select amount from pod_request where template = 'web' and resource = 'cpu') = 500;
  expect (select count(*) from pod where controllable_node = 'n1') = 2;
end;

create test sidecars_count_beside_what_starts_after_them begin
  insert into container_resource (template, container, resource, request_amount) values
    ('web', 'main', 'cpu', 100), ('web', 'proxy', 'cpu', 50), ('web', 'early', 'cpu', 400), ('web', 'late', 'cpu', 400);
  insert into init_container (template, container, position, sidecar) values
    ('web', 'early', 1, 0), ('web', 'proxy', 2, 1), ('web', 'late', 3, 0);
  insert into pod_overhead (template, resource, amount) values ('web', 'cpu', 7);
  expect (select amount from pod_request where template = 'web' and resource = 'cpu') = 457;
end;

create test a_resource_that_no_node_offers_keeps_pods_waiting begin
  insert into container_resource (template, resource, request_amount) values ('web', 'example.com/fpga', 1);
  expect optimal;
  expect (select count(*) from pod where controllable_node = '') = 2;
end;

create test extended_resources_are_counted begin
  insert into node_resource (node, resource, allocatable) values ('n1', 'nvidia.com/gpu', 1);
  insert into container_resource (template, resource, request_amount) values ('web', 'nvidia.com/gpu', 1);
  expect (select count(*) from pod where controllable_node = 'n1') = 1;
end;

create test a_node_takes_so_many_pods begin
  insert into node_resource (node, resource, allocatable) values ('n1', 'pods', 1);
  expect (select count(*) from pod where controllable_node = 'n1') = 1;
end;

create test a_node_that_holds_too_much_takes_no_more_of_it begin
  insert into template (name) values ('small');
  insert into pod (name, template) values ('c', 'small');
  insert into container_resource (template, resource, request_amount) values ('web', 'cpu', 600);
  insert into pod (name, template, node_name, phase) values ('old', 'web', 'n1', 'Running'), ('older', 'web', 'n1', 'Running');
  expect optimal;
  expect (select name from pod where controllable_node = 'n1') = 'c';
end;

create test and_keeps_what_may_move begin
  insert into container_resource (template, resource, request_amount) values ('web', 'cpu', 600);
  insert into pod (name, template, node_name, phase) values ('old', 'web', 'n1', 'Running'), ('older', 'web', 'n1', 'Running');
  update scheduler set max_moves = 5;
  expect optimal;
  expect (select name, controllable_node from pod order by name) = (('a', ''), ('b', ''), ('old', 'n1'), ('older', 'n1'));
end;
