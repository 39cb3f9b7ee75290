-- A pod starts only on a node that has every label of its node selector.
-- Kubernetes: "Assigning Pods to Nodes", nodeSelector.
create constraint node_selector as
select * from arriving_pod as p
where p.template in (select s.template from node_selector as s)
check p.controllable_node in ('', p.home)
  or p.controllable_node in (select m.node from node_selector_match as m where m.template = p.template);
