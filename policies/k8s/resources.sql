-- The requests of a node's pods stay within what it has, of every resource that a pod asks for. Limits play no part.
-- A node that holds too much already need not give anything up, but takes no more of that resource.
-- Kubernetes: "Resource Management for Pods and Containers", how Pods with resource requests are scheduled.
create constraint resources as
select * from free_pod as p
join open_place as c on c.pod = p.name
join node_room as m on m.node = c.node
join pod_request as r on r.template = p.template and r.resource = m.resource
where p.controllable_node = c.node
group by m.node, m.resource, m.room, m.overfull
check sum(r.amount) <= m.room
  or (m.overfull = 1 and sum(r.amount * (p.controllable_node <> p.home)) = 0);
