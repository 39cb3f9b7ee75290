use schema '../../schema/packs/gap.sql';
use policies 'offered.sql', 'capacity.sql', 'cost.sql';

insert into agent (agent_id, capacity) values (0, 5), (1, 5);
insert into item (item_id) values (0);

create test an_item_goes_where_it_is_offered begin
  insert into offer (item_id, agent_id, weight, cost) values (0, 1, 2, 9);
  expect optimal;
  expect (select controllable_agent from item) = 1;
end;

create test what_nobody_takes_is_refused begin
  expect infeasible because (item_offered);
end;
