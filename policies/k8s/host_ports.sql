-- No two pods on a node take the same port of the same protocol on the same address; 0.0.0.0 is every address.
-- Kubernetes: API reference, ContainerPort, hostPort and hostIP.

-- Beside pods that stay.
create constraint host_ports as
select * from arriving_pod as p
check p.controllable_node = p.home
  or p.controllable_node not in (select r.node from host_port_refusal as r where r.template = p.template);

-- Pods of one template: one on each node.
create constraint host_ports_own as
select * from free_pod as p
join open_place as c on c.pod = p.name
join host_port_clash as h on h.template = p.template and h.other = p.template
where p.controllable_node = c.node
group by h.template, c.node
check count(*) <= 1
  or (h.template in (select o.template from open_pod as o where o.home <> '')
    and sum(p.controllable_node <> p.home) = 0);

-- Pods of different templates.
create constraint host_ports_other as
select * from free_pod as p
join host_port_clash as h on h.template = p.template and h.template < h.other
join free_pod as q on q.template = h.other
where (p.role <> 'victim' or q.role <> 'victim')
  and p.controllable_node = q.controllable_node
  and p.controllable_node <> ''
check p.controllable_node = p.home and q.controllable_node = q.home;
