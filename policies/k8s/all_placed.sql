-- Every waiting pod gets a node, where the scheduler is told that none may stay waiting (`require_all`).
-- When that cannot be, the core of the answer says which rules and rows keep it from being.
create constraint all_placed as
select * from arriving_pod as p
cross join scheduler as s
where s.require_all = 1 and p.role = 'waiting'
check p.controllable_node <> '';
