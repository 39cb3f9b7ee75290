-- Spreads with ScheduleAnyway keep no pod out, but the less the fullest domain exceeds the emptiest beyond max_skew,
-- the better.
-- Kubernetes: "Pod Topology Spread Constraints", whenUnsatisfiable: ScheduleAnyway.
create constraint topology_spread_preferred as
select * from spread_domain as d
where d.when_unsatisfiable = 'ScheduleAnyway'
group by d.template, d.spread, d.max_skew
minimize max(
  0,
  max(d.pods + (
      select count(*) from free_pod as q
      join spread_match as m on m.other = q.template
      join spread_node as n on n.node = q.controllable_node
      where m.template = d.template
        and m.spread = d.spread
        and n.template = d.template
        and n.spread = d.spread
        and n.value = d.value))
    - min(d.pods + (
      select count(*) from free_pod as q
      join spread_match as m on m.other = q.template
      join spread_node as n on n.node = q.controllable_node
      where m.template = d.template
        and m.spread = d.spread
        and n.template = d.template
        and n.spread = d.spread
        and n.value = d.value))
    - d.max_skew)
weight 1;
