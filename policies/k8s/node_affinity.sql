-- A pod starts only on a node that matches one of its required terms of node affinity, if it has any.
-- Kubernetes: "Assigning Pods to Nodes", node affinity (requiredDuringSchedulingIgnoredDuringExecution).
create constraint node_affinity as
select * from arriving_pod as p
where p.template in (select t.template from node_affinity_term as t where t.weight is null)
check p.controllable_node in ('', p.home)
  or p.controllable_node in (select m.node from node_affinity_match as m where m.template = p.template);
