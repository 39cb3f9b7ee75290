-- A pod starts only on a node all of whose NoSchedule and NoExecute taints it tolerates.
-- Kubernetes: "Taints and Tolerations". PreferNoSchedule is wished by tolerated_taints.sql.
create constraint taints as
select * from arriving_pod as p
check p.controllable_node = p.home
  or p.controllable_node not in (
    select u.node from untolerated_taint as u
    where u.template = p.template and u.effect <> 'PreferNoSchedule');
