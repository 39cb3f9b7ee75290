-- Of a pod group at least min_member pods run or none of them starts.
-- Kubernetes: "Gang Scheduling"; the PodGroup of the coscheduling plugin.
create constraint gang as
select * from free_pod as p
join pod_group as g on g.name = p.pod_group
where p.controllable_node <> ''
group by g.name, g.min_member
check sum(p.role = 'waiting') = 0
  or count(*) + (select count(*) from fixed_pod as f where f.pod_group = g.name) >= g.min_member;
