use schema '../../schema/packs/k8s.sql';
use policies 'host_ports.sql', 'placed.sql', 'all_placed.sql', 'evictions.sql';

insert into node (name) values ('n1');
insert into template (name) values ('web'), ('dns');
insert into host_port (template, host_port) values ('web', 80);

create test a_port_is_taken_once_on_a_node begin
  insert into pod (name, template) values ('a', 'web'), ('b', 'web');
  update scheduler set require_all = 1;
  expect infeasible because (host_ports_own, all_placed);
end;

create test ports_spread_pods begin
  insert into node (name) values ('n2');
  insert into pod (name, template) values ('a', 'web'), ('b', 'web');
  expect optimal;
  expect (select count(distinct controllable_node) from pod where controllable_node <> '') = 2;
end;

create test running_pods_keep_their_ports begin
  insert into pod (name, template, node_name, phase) values ('old', 'web', 'n1', 'Running');
  insert into pod (name, template) values ('a', 'web');
  update scheduler set require_all = 1;
  expect infeasible because (host_ports, all_placed);
end;

create test templates_clash_too begin
  insert into host_port (template, host_port) values ('dns', 80);
  insert into pod (name, template) values ('a', 'web'), ('b', 'dns');
  update scheduler set require_all = 1;
  expect infeasible because (host_ports_other, all_placed);
end;

create test other_ports_and_protocols_do_not_clash begin
  insert into host_port (template, host_port) values ('dns', 53);
  insert into host_port (template, protocol, host_port) values ('dns', 'UDP', 80);
  insert into pod (name, template) values ('a', 'web'), ('b', 'dns');
  expect optimal;
  expect (select count(*) from pod where controllable_node = 'n1') = 2;
end;

create test every_address_clashes_with_each begin
  insert into host_port (template, host_ip, host_port) values ('dns', '10.0.0.1', 80);
  insert into pod (name, template) values ('a', 'web'), ('b', 'dns');
  expect optimal;
  expect (select count(*) from pod where controllable_node = 'n1') = 1;
end;

create test different_addresses_do_not_clash begin
  update host_port set host_ip = '10.0.0.2';
  insert into host_port (template, host_ip, host_port) values ('dns', '10.0.0.1', 80);
  insert into pod (name, template) values ('a', 'web'), ('b', 'dns');
  expect (select count(*) from pod where controllable_node = 'n1') = 2;
end;

create test a_waiting_pod_without_ports_does_not_care begin
  insert into pod (name, template, node_name, phase) values ('old', 'web', 'n1', 'Running');
  insert into pod (name, template) values ('a', 'dns');
  expect (select controllable_node from pod where name = 'a') = 'n1';
end;

create test two_that_run_together_may_stay begin
  insert into pod (name, template, node_name, phase) values ('old', 'web', 'n1', 'Running'), ('older', 'web', 'n1', 'Running');
  update scheduler set max_moves = 5;
  expect optimal;
  expect (select count(*) from pod where controllable_node = 'n1') = 2;
end;

create test two_of_different_templates_that_run_together_may_stay begin
  insert into host_port (template, host_port) values ('dns', 80);
  insert into pod (name, template, node_name, phase) values
    ('w1', 'web', 'n1', 'Running'), ('w2', 'web', 'n1', 'Running'), ('d1', 'dns', 'n1', 'Running'), ('d2', 'dns', 'n1', 'Running');
  update scheduler set max_moves = 5;
  expect optimal;
  expect (select count(*) from pod where controllable_node = 'n1') = 4;
end;
