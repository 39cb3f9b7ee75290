use schema '../../schema/packs/gap.sql';
use policies 'cost.sql', 'capacity.sql', 'offered.sql';

insert into agent (agent_id, capacity) values (0, 5), (1, 5);
insert into item (item_id) values (0), (1);

create test each_item_goes_to_its_cheapest_agent begin
  insert into offer (item_id, agent_id, weight, cost) values (0, 0, 1, 4), (0, 1, 1, 3), (1, 0, 1, 5), (1, 1, 1, 6);
  expect soft assignment_cost = 8;
  expect (select controllable_agent from item order by item_id) = ((1), (0));
end;

create test the_least_sum_counts_where_they_compete begin
  insert into offer (item_id, agent_id, weight, cost) values (0, 0, 3, 1), (0, 1, 1, 4), (1, 0, 3, 1), (1, 1, 1, 9);
  expect soft assignment_cost = 5;
end;
