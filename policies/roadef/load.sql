-- What machines use above their safety capacity costs, weighted by the resource ("Load cost").
create constraint load_cost as
select * from need as n
join process as p on p.process_id = n.process_id
join machine_resource as c on c.machine_id = p.controllable_machine and c.resource_id = n.resource_id
join resource as r on r.resource_id = c.resource_id
group by c.machine_id, c.resource_id, c.safety_capacity, r.load_weight
minimize r.load_weight * max(0, sum(n.amount) - c.safety_capacity)
weight 1;
