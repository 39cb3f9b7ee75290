-- As many waiting pods as possible get a node: a more important one before any number of less important ones.
-- Kubernetes: "Pod Priority and Preemption", effect of Pod priority on scheduling order.

-- With preemption, pods that others may be evicted for and pods more important than these come before everything.
create constraint placed_first as
select * from arriving_pod as p
join waiting_weight as w on w.name = p.name
where p.priority >= (select v.priority from victim_limit as v)
maximize w.weight * (p.controllable_node <> '')
priority 90;

-- All waiting pods, by their priority.
create constraint placed as
select * from arriving_pod as p
join waiting_weight as w on w.name = p.name
maximize w.weight * (p.controllable_node <> '')
priority 60;
