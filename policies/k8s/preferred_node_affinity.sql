-- Nodes that match preferred terms of node affinity are better, by the sum of the terms' weights.
-- Kubernetes: "Assigning Pods to Nodes", node affinity weight.
create constraint preferred_node_affinity as
select * from arriving_pod as p
join preferred_node as m on m.template = p.template
where p.controllable_node = m.node
maximize m.weight
weight 1;
