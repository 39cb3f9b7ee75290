-- A pod does not start in a domain where a pod is that one of its required anti-affinity terms means, nor where one
-- is whose own required terms mean it.
-- Kubernetes: "Assigning Pods to Nodes", inter-pod affinity and anti-affinity.

-- Beside pods that stay.
create constraint pod_anti_affinity as
select * from arriving_pod as p
check p.controllable_node = p.home
  or p.controllable_node not in (select r.node from anti_affinity_refusal as r where r.template = p.template);

-- Pods of one template that keep away from each other: one in each domain.
create constraint pod_anti_affinity_own as
select * from free_pod as p
join pod_affinity_pair as t on t.template = p.template and t.other = p.template
join open_place as c on c.pod = p.name
join node_domain as d on d.node = c.node and d.key = t.topology_key
where t.anti = 1 and t.weight is null and p.controllable_node = c.node
group by t.template, t.term, d.value
check count(*) <= 1
  or (t.template in (select o.template from open_pod as o where o.home <> '')
    and sum(p.controllable_node <> p.home) = 0);

-- Pods of different templates.
create constraint pod_anti_affinity_other as
select * from free_pod as p
join pod_affinity_pair as t on t.template = p.template and t.other <> p.template
join free_pod as q on q.template = t.other
join topology_domain as d on d.key = t.topology_key
where t.anti = 1
  and t.weight is null
  and (p.role <> 'victim' or q.role <> 'victim')
  and p.controllable_node in (select e.node from node_domain as e where e.key = d.key and e.value = d.value)
  and q.controllable_node in (select e.node from node_domain as e where e.key = d.key and e.value = d.value)
check p.controllable_node = p.home and q.controllable_node = q.home;
