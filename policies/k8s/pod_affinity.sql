-- A pod starts only where, for each of its required affinity terms, a pod that matches all of them is in the same
-- domain of the term's topology key: one that runs there or one that starts there together with it.
-- Kubernetes: "Assigning Pods to Nodes", inter-pod affinity and anti-affinity.

-- The node must have the topology key of every term.
create constraint pod_affinity_key as
select * from arriving_pod as p
join pod_affinity_term as t on t.template = p.template
where t.anti = 0 and t.weight is null
check p.controllable_node in ('', p.home)
  or p.controllable_node in (select d.node from node_domain as d where d.key = t.topology_key);

-- In a domain where no such pod is sure to stay, one is. Starting pods of the own family do not count, since they need
-- one themselves.
create constraint pod_affinity as
select * from arriving_pod as p
join pod_affinity_term as t on t.template = p.template
join topology_domain as d on d.key = t.topology_key
where t.anti = 0
  and t.weight is null
  and (t.template, t.term) not in (select s.template, s.term from affinity_starter as s)
  and (t.template, t.term, d.value) not in (select h.template, h.term, h.value from affinity_held as h)
  and p.controllable_node in (select e.node from node_domain as e where e.key = d.key and e.value = d.value)
check p.controllable_node = p.home
  or exists (
    select 1 from free_pod as q
    join affinity_peer as a on a.other = q.template
    where a.template = t.template
      and q.name <> p.name
      and (a.is_family = 0 or (q.home <> '' and q.controllable_node = q.home))
      and q.controllable_node in (
        select e.node from node_domain as e
        where e.key = d.key and e.value = d.value));

-- Where pods match their own terms and none of them is sure to stay, the first may go anywhere and the others go with
-- it: they use at most one domain to which no other pod draws them.
create constraint pod_affinity_first as
select * from arriving_pod as p
join affinity_starter as s on s.template = p.template
join topology_domain as d on d.key = s.topology_key
where p.controllable_node <> p.home
  and p.controllable_node in (select e.node from node_domain as e where e.key = d.key and e.value = d.value)
  and not exists (
    select 1 from free_pod as q
    join affinity_peer as a on a.other = q.template
    where a.template = s.template
      and q.name <> p.name
      and (a.is_family = 0 or (q.home <> '' and q.controllable_node = q.home))
      and q.controllable_node in (
        select e.node from node_domain as e
        where e.key = d.key and e.value = d.value))
group by s.family, s.topology_key
check count(distinct d.value) <= 1;

-- And none goes first where one of them runs that may go but stays.
create constraint pod_affinity_joins as
select * from arriving_pod as p
join affinity_starter as s on s.template = p.template
join topology_domain as d on d.key = s.topology_key
where p.controllable_node in (select e.node from node_domain as e where e.key = d.key and e.value = d.value)
  and exists (
    select 1 from leaving_pod as q
    join affinity_peer as a on a.other = q.template
    join affinity_starter as k on k.template = a.template
    join node_domain as e on e.node = q.home and e.key = k.topology_key
    where a.template = s.template and q.name <> p.name and q.controllable_node = q.home)
check p.controllable_node = p.home
  or exists (
    select 1 from free_pod as q
    join affinity_peer as a on a.other = q.template
    where a.template = s.template
      and q.name <> p.name
      and (a.is_family = 0 or (q.home <> '' and q.controllable_node = q.home))
      and q.controllable_node in (
        select e.node from node_domain as e
        where e.key = d.key and e.value = d.value));
