-- Nodes with PreferNoSchedule taints that a pod does not tolerate are worse, by their number.
-- Kubernetes: "Taints and Tolerations", PreferNoSchedule.
create constraint prefer_no_schedule as
select * from arriving_pod as p
join untolerated_taint as u on u.template = p.template
where u.effect = 'PreferNoSchedule' and p.controllable_node = u.node
minimize 1
weight 1;
