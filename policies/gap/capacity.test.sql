use schema '../../schema/packs/gap.sql';
use policies 'capacity.sql', 'offered.sql', 'cost.sql';

insert into agent (agent_id, capacity) values (0, 5), (1, 5);
insert into item (item_id) values (0), (1);

create test items_that_fit_share_the_cheap_agent begin
  insert into offer (item_id, agent_id, weight, cost) values (0, 0, 2, 1), (1, 0, 3, 1), (0, 1, 1, 9), (1, 1, 1, 9);
  expect soft assignment_cost = 2;
end;

create test one_that_is_too_much_goes_elsewhere begin
  insert into offer (item_id, agent_id, weight, cost) values (0, 0, 3, 1), (1, 0, 3, 1), (0, 1, 1, 9), (1, 1, 1, 8);
  expect soft assignment_cost = 9;
  expect (select controllable_agent from item order by item_id) = ((0), (1));
end;

create test what_an_item_weighs_depends_on_the_agent begin
  insert into offer (item_id, agent_id, weight, cost) values (0, 0, 6, 1), (1, 0, 1, 1), (0, 1, 5, 2), (1, 1, 6, 2);
  expect (select controllable_agent from item order by item_id) = ((1), (0));
end;

create test too_much_for_all_is_refused begin
  insert into offer (item_id, agent_id, weight, cost) values (0, 0, 4, 1), (1, 0, 4, 1), (0, 1, 6, 1), (1, 1, 6, 1);
  expect infeasible because (agent_capacity);
end;

create test each_agent_has_its_own_capacity begin
  update agent set capacity = 1 where agent_id = 1;
  insert into offer (item_id, agent_id, weight, cost) values (0, 0, 5, 1), (1, 0, 5, 1), (0, 1, 2, 1), (1, 1, 1, 1);
  expect optimal;
  expect (select controllable_agent from item order by item_id) = ((0), (1));
end;
