-- Running pods that scheduling rules would keep out of where they are today move: descheduler strategies
-- RemovePodsViolatingNodeTaints, RemovePodsViolatingNodeAffinity and RemovePodsViolatingInterPodAntiAffinity.

-- Because of their node, or of a neighbour that stays.
create constraint misplaced as
select * from leaving_pod as p
where p.role = 'movable'
  and (p.name in (select m.name from movable_pod as m where m.reason in ('taints', 'node_affinity'))
    or p.name in (
      select n.name from bound_neighbour as n
      where n.other in (select f.name from fixed_pod as f)))
minimize p.controllable_node = p.home
weight 1
priority 50;

-- Because of a neighbour that may move, too: it is enough that one of them goes.
create constraint misplaced_neighbours as
select * from leaving_pod as p
join bound_neighbour as n on n.name = p.name
join leaving_pod as q on q.name = n.other and p.name < q.name
where p.role = 'movable' and q.role = 'movable'
minimize p.controllable_node = p.home and q.controllable_node = q.home
weight 1
priority 50;
