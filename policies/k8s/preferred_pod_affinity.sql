-- Preferred terms of inter-pod affinity and anti-affinity: every pod that a term means is worth the term's weight in
-- the term's domain, less than nothing for anti-affinity. Terms of other pods that mean the pod count alike;
-- required affinity terms of pods that run count 1.
-- Kubernetes: "Assigning Pods to Nodes", inter-pod affinity and anti-affinity; the scheduler's hardPodAffinityWeight.

-- Beside pods that stay.
create constraint preferred_pod_affinity as
select * from arriving_pod as p
join preferred_neighbourhood as m on m.template = p.template
where p.controllable_node = m.node
maximize m.weight
weight 1;

-- Between pods whose places are open.
create constraint preferred_pod_affinity_open as
select * from free_pod as p
join pod_affinity_worth as t on t.template = p.template
join free_pod as q on q.template = t.other and q.name <> p.name
join topology_domain as d on d.key = t.topology_key
where t.is_required = 0
  and (p.role <> 'victim' or q.role <> 'victim')
  and p.controllable_node in (select e.node from node_domain as e where e.key = d.key and e.value = d.value)
  and q.controllable_node in (select e.node from node_domain as e where e.key = d.key and e.value = d.value)
maximize t.worth
weight 1;
