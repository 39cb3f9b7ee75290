-- Nodes used above the high mark of a target give pods to nodes used below all low marks: descheduler strategy
-- LowNodeUtilization. Use is what is asked for.

-- Pods of such a node go to nodes below all low marks where pods may be scheduled, unless a rule keeps them out
-- of where they are.
create constraint low_utilisation_to as
select * from leaving_pod as p
where p.role = 'movable'
  and p.name in (select m.name from movable_pod as m where m.reason = 'utilisation')
  and p.name not in (
    select m.name from movable_pod as m
    where m.reason in ('taints', 'node_affinity', 'anti_affinity'))
check p.controllable_node = p.home
  or p.controllable_node not in (
    select n.name from node as n
    where n.unschedulable = 1
      or n.name in (select u.node from node_use as u where u.amount * 100 >= u.low * u.allocatable));

-- Use above the high mark, in thousandths of what the node has.
create constraint low_utilisation as
select * from free_pod as p
join open_place as c on c.pod = p.name
join node_use as u on u.node = c.node
join pod_request as r on r.template = p.template and r.resource = u.resource
where u.allocatable > 0
  and p.template in (
    select b.template from bound_pod as b
    where b.name in (select m.name from movable_pod as m where m.reason = 'utilisation'))
group by u.node, u.resource, u.high, u.allocatable, u.amount
minimize max(
  0,
  u.amount * 1000 / u.allocatable
    - 10 * u.high
    + sum(r.amount * 1000 / u.allocatable * ((p.controllable_node = c.node) - (p.home = c.node))))
priority 30;
