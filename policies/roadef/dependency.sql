-- In the neighbourhood of each process stands one of every service that its own depends on
-- ("Dependency constraints").
create constraint service_dependency as
select * from process as p
join dependency as d on d.service_id = p.service_id
join machine as m on m.machine_id = p.controllable_machine
check m.neighborhood in (
  select n.neighborhood from process as q
  join machine as n on n.machine_id = q.controllable_machine
  where q.service_id = d.needs);
