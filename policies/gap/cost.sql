-- What the items cost where they are is as little as can be.
create constraint assignment_cost as
select * from item as i
join offer as o on o.item_id = i.item_id and o.agent_id = i.controllable_agent
minimize o.cost;
