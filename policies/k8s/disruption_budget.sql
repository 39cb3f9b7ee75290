-- Disruption budgets bind evictions.
-- Kubernetes: "Specifying a Disruption Budget for your Application"; "Pod Priority and Preemption",
-- PodDisruptionBudget is supported, but not guaranteed.

-- The descheduler evicts no more pods than a budget allows.
create constraint disruption_budget as
select * from leaving_pod as p
join budget_cover as b on b.template = p.template
where p.role = 'movable' and p.controllable_node <> p.home
group by b.namespace, b.name, b.disruptions_allowed
check count(*) <= b.disruptions_allowed;

-- Preemption breaks budgets only where it must: pods evicted beyond them.
create constraint disruption_budget_broken as
select * from leaving_pod as p
join budget_cover as b on b.template = p.template
where p.role = 'victim' and p.controllable_node = ''
group by b.namespace, b.name, b.disruptions_allowed
minimize max(0, count(*) - b.disruptions_allowed)
priority 85;
