-- What running pods whose place is open may do. A victim of preemption stays or goes; a pod that the descheduler
-- may move stays or starts elsewhere. Who has to leave its node is evicted.
-- Kubernetes: "Pod Priority and Preemption", preemption; "API-initiated Eviction".
create constraint evictions as
select * from leaving_pod as p
check ((p.role = 'victim' and p.controllable_node in ('', p.home))
    or (p.role = 'movable' and p.controllable_node <> ''))
  and p.controllable_evict = (p.controllable_node <> p.home);
