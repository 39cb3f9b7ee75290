use schema '../../schema/packs/k8s.sql';
use policies 'disruption_budget.sql', 'evictions.sql', 'preemption.sql', 'placed.sql', 'resources.sql', 'misplaced.sql', 'moves.sql', 'taints.sql';

insert into node (name) values ('n1'), ('n2');
insert into node_resource (node, resource, allocatable) values ('n1', 'pods', 2), ('n2', 'pods', 2);
insert into template (name, priority) values ('high', 10), ('web', 0), ('db', 1);
insert into template_label (template, key, value) values ('web', 'app', 'web');
insert into label_selector (selector) values ('web');
insert into label_selector_expression (selector, key, operator, value_list) values ('web', 'app', 'In', '["web"]');
insert into disruption_budget (name, selector, disruptions_allowed) values ('web', 'web', 1);

create test preemption_spares_budgets_even_at_the_cost_of_more_important_pods begin
  update disruption_budget set disruptions_allowed = 0;
  insert into pod (name, template, node_name, phase) values
    ('w1', 'web', 'n1', 'Running'), ('w2', 'web', 'n1', 'Running'), ('d1', 'db', 'n2', 'Running'), ('d2', 'db', 'n2', 'Running');
  insert into pod (name, template) values ('a', 'high');
  update scheduler set preemption = 1;
  expect optimal;
  expect soft disruption_budget_broken = 0;
  expect (select template from pod where controllable_evict = 1) = 'db';
end;

create test but_breaks_them_where_it_must begin
  insert into pod (name, template, node_name, phase) values
    ('w1', 'web', 'n1', 'Running'), ('w2', 'web', 'n1', 'Running'), ('w3', 'web', 'n2', 'Running'), ('w4', 'web', 'n2', 'Running');
  insert into pod (name, template) values ('a', 'high'), ('b', 'high');
  update scheduler set preemption = 1;
  expect optimal;
  expect (select count(*) from pod where controllable_evict = 1) = 2;
  expect soft disruption_budget_broken = 1;
end;

create test moves_never_break_a_budget begin
  insert into node_taint (node, key, effect) values ('n1', 'x', 'NoSchedule');
  insert into pod (name, template, node_name, phase) values ('w1', 'web', 'n1', 'Running'), ('w2', 'web', 'n1', 'Running');
  update scheduler set max_moves = 5;
  expect optimal;
  expect (select count(*) from pod where controllable_node = 'n2') = 1;
end;

create test a_budget_that_allows_it_binds_nobody begin
  update disruption_budget set disruptions_allowed = 2;
  insert into node_taint (node, key, effect) values ('n1', 'x', 'NoSchedule');
  insert into pod (name, template, node_name, phase) values ('w1', 'web', 'n1', 'Running'), ('w2', 'web', 'n1', 'Running');
  update scheduler set max_moves = 5;
  expect (select count(*) from pod where controllable_node = 'n2') = 2;
end;

create test pods_of_two_budgets_do_not_move begin
  insert into disruption_budget (name, selector, disruptions_allowed) values ('web2', 'web', 5);
  insert into node_taint (node, key, effect) values ('n1', 'x', 'NoSchedule');
  insert into pod (name, template, node_name, phase) values ('w1', 'web', 'n1', 'Running');
  update scheduler set max_moves = 5;
  expect (select name from movable_pod) = ();
end;
