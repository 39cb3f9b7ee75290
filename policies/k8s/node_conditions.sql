-- A pod starts only on a node that is ready, under no pressure and not cordoned, unless it tolerates that.
-- Kubernetes: "Taints and Tolerations", taint nodes by condition; "Nodes", manual node administration.
create constraint node_conditions as
select * from arriving_pod as p
check p.controllable_node = p.home
  or p.controllable_node not in (
    select r.node from node_condition_refusal as r
    where r.template = p.template);
