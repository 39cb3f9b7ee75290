-- Running pods make room only for more important ones, and as few as possible do: first as few as possible of the
-- most important among them, then of the next, and so on.
-- Kubernetes: "Pod Priority and Preemption", preemption. What kube-scheduler decides pod by pod is decided here
-- at once for all waiting pods of the highest priority that preempts.

-- On the node of an evicted pod starts a pod that it was evicted for.
create constraint preemption_has_cause as
select * from leaving_pod as v
where v.role = 'victim' and v.controllable_node = ''
check exists (
  select 1 from arriving_pod as p
  where p.name in (select r.name from preemptor as r) and p.controllable_node = v.home);

-- And no other pod does, so that none gains by an eviction that it is not important enough for.
create constraint preemption_serves_cause as
select * from leaving_pod as v
where v.role = 'victim' and v.controllable_node = ''
check not exists (
  select 1 from arriving_pod as p
  where p.name not in (select r.name from preemptor as r)
    and p.controllable_node = v.home
    and p.controllable_node <> p.home);

-- As few as possible of the most important victims.
create constraint preemption_first as
select * from leaving_pod as v
join victim_rank as k on k.name = v.name
where k.rank = 1
minimize v.controllable_node = ''
priority 84;

-- Then of the next.
create constraint preemption_second as
select * from leaving_pod as v
join victim_rank as k on k.name = v.name
where k.rank = 2
minimize v.controllable_node = ''
priority 83;

-- Then of those after them.
create constraint preemption_third as
select * from leaving_pod as v
join victim_rank as k on k.name = v.name
where k.rank = 3
minimize v.controllable_node = ''
priority 82;

-- Then of all others together.
create constraint preemption_rest as
select * from leaving_pod as v
join victim_rank as k on k.name = v.name
where k.rank > 3
minimize v.controllable_node = ''
priority 81;
