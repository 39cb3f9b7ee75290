-- The items of an agent weigh no more together than it can bear.
create constraint agent_capacity as
select * from item as i
join offer as o on o.item_id = i.item_id and o.agent_id = i.controllable_agent
join agent as a on a.agent_id = o.agent_id
group by a.agent_id, a.capacity
check sum(o.weight) <= a.capacity;
