-- A pod starts only in a domain that then has at most max_skew pods more than the domain with the fewest, for each
-- of its spreads with DoNotSchedule. With fewer domains than min_domains the fewest is none.
-- Kubernetes: "Pod Topology Spread Constraints".

-- The node must be one that the spread counts.
create constraint topology_spread_key as
select * from arriving_pod as p
join topology_spread as s on s.template = p.template
where s.when_unsatisfiable = 'DoNotSchedule'
check p.controllable_node in ('', p.home)
  or p.controllable_node in (
    select n.node from spread_node as n
    where n.template = s.template and n.spread = s.spread);

-- Pods of each domain when all is decided, and whether one of the template's starts there.
create view spread_load as
select
  d.template,
  d.spread,
  d.max_skew,
  d.is_enough,
  d.pods + (
    select count(*) from free_pod as q
    join spread_match as m on m.other = q.template
    join spread_node as n on n.node = q.controllable_node
    where m.template = d.template
      and m.spread = d.spread
      and n.template = d.template
      and n.spread = d.spread
      and n.value = d.value) as pods,
  exists (
    select 1 from arriving_pod as p
    join spread_node as n on n.node = p.controllable_node
    where p.template = d.template
      and p.controllable_node <> p.home
      and n.template = d.template
      and n.spread = d.spread
      and n.value = d.value) as is_start
from spread_domain as d
where d.when_unsatisfiable = 'DoNotSchedule';

-- Where one of the template's pods starts, the domain has at most max_skew pods more than the one with the fewest.
create constraint topology_spread as
select * from spread_load as l
group by l.template, l.spread, l.max_skew, l.is_enough
check max(l.pods) filter (where l.is_start) <= l.max_skew + l.is_enough * min(l.pods);
