-- While a process moves it uses transient resources on its old machine, too ("Transient usage constraints").
-- What is used so counts here only, and in no cost.
create constraint transient_use as
select * from need as n
join process as p on p.process_id = n.process_id
join machine_resource as c on c.machine_id = p.controllable_machine and c.resource_id = n.resource_id
join resource as r on r.resource_id = c.resource_id
where r.transient = 1
group by c.machine_id, c.resource_id, c.capacity
check sum(n.amount) + coalesce(
  (
    select sum(o.amount) from need as o
    join process as q on q.process_id = o.process_id
    where q.initial_machine = c.machine_id
      and o.resource_id = c.resource_id
      and q.controllable_machine <> q.initial_machine), 0) <= c.capacity;
