-- The processes on a machine use no more of a resource than it has ("Capacity constraints").
create constraint capacity_limit as
select * from need as n
join process as p on p.process_id = n.process_id
join machine_resource as c on c.machine_id = p.controllable_machine and c.resource_id = n.resource_id
group by c.machine_id, c.resource_id, c.capacity
check sum(n.amount) <= c.capacity;
