-- An item goes to an agent that can take it.
create constraint item_offered as
select * from item as i
check i.controllable_agent in (select o.agent_id from offer as o where o.item_id = i.item_id);
