-- Free units of one resource are worth little without free units of its counterpart: what lacks of `target` for
-- each costs ("Balance cost").
create constraint balance_cost as
select * from balance_target as b
join machine_resource as c on c.resource_id = b.resource
join machine_resource as d on d.machine_id = c.machine_id and d.resource_id = b.counterpart
join process as p on p.controllable_machine = c.machine_id
join need as n on n.process_id = p.process_id and n.resource_id = b.resource
join need as o on o.process_id = p.process_id and o.resource_id = b.counterpart
group by b.balance_id, b.target, b.weight, c.machine_id, c.capacity, d.capacity
minimize b.weight * max(0, b.target * (c.capacity - sum(n.amount)) - (d.capacity - sum(o.amount)))
weight 1;
