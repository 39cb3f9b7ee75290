-- A Kubernetes cluster as its scheduler sees it; policies/k8s decides. What pods have in common with the others of
-- their workload is said once, of their template, so that matches are worked out per template and not per pod.
-- Sources are sections of the Kubernetes documentation, named in the comments; docs/k8s.md shows how to use the pack.

-- Labels of namespaces, which namespace selectors read. Each namespace also bears its name as
-- `kubernetes.io/metadata.name` without a row here ("Namespaces": automatic labelling).
create table namespace_label (
  namespace  text not null,
  key        text not null,
  value      text not null,
  primary key (namespace, key)
) strict, without rowid;

-- A machine that runs pods.
create table node (
  name  text not null primary key check (name <> ''),
  -- 1: cordoned, `spec.unschedulable` ("Nodes": manual node administration).
  unschedulable  integer not null default 0 check (unschedulable in (0, 1))
) strict, without rowid;

-- Conditions of a node. One without rows is well.
create table node_condition (
  node    text not null references node,
  -- Ready, MemoryPressure, DiskPressure, PIDPressure, NetworkUnavailable; others mean nothing to the scheduler.
  type    text not null,
  status  text not null check (status in ('True', 'False', 'Unknown')),
  primary key (node, type)
) strict, without rowid;

-- Labels of nodes.
create table node_label (
  node   text not null references node,
  key    text not null,
  value  text not null,
  primary key (node, key)
) strict, without rowid;

create index node_label_by_value on node_label (key, value, node);

-- Taints of nodes ("Taints and Tolerations").
create table node_taint (
  node    text not null references node,
  key     text not null,
  value   text not null default '',
  -- NoSchedule and NoExecute keep pods out; PreferNoSchedule is only wished.
  effect  text not null check (effect in ('NoSchedule', 'PreferNoSchedule', 'NoExecute')),
  primary key (node, key, effect)
) strict, without rowid;

-- What a node gives to pods, `status.allocatable`. Whole numbers in a unit that suits: cpu in thousandths of a
-- core, memory and ephemeral-storage in MiB. What has no row is not offered, but for `pods`: 110, the kubelet's default.
create table node_resource (
  node         text not null references node,
  -- cpu, memory, ephemeral-storage, pods, hugepages-2Mi, nvidia.com/gpu: any name.
  resource     text not null,
  allocatable  integer not null check (allocatable >= 0),
  primary key (node, resource)
) strict, without rowid;

-- Where a pod can be: on a node, or nowhere, which is ''. The domain of the decision. Kept by triggers.
create table place (
  name  text not null primary key
) strict, without rowid;

insert into place (name) values ('');

create trigger node_is_a_place after insert on node
begin
  insert into place (name) values (new.name);
end;

create trigger node_place_renamed after update of name on node when new.name <> old.name
begin
  update place set name = new.name where name = old.name;
end;

create trigger node_place_goes after delete on node
begin
  delete from place where name = old.name;
end;

-- What the pods of one workload have in common: the pod template of a Deployment, StatefulSet, DaemonSet or Job.
-- A pod made by hand has one of its own.
create table template (
  name       text    not null primary key,
  namespace  text    not null default 'default',
  -- Value of its priority class ("Pod Priority and Preemption"). Larger is more important.
  priority   integer not null default 0,
  -- 0: `preemptionPolicy: Never`.
  preempts   integer not null default 1 check (preempts in (0, 1)),
  -- 0: the descheduler leaves its pods alone, as it does with those of DaemonSets, static ones, ones without an
  -- owner and ones with local storage.
  evictable  integer not null default 1 check (evictable in (0, 1))
) strict, without rowid;

-- Labels of a template's pods.
create table template_label (
  template  text not null references template,
  key       text not null,
  value     text not null,
  primary key (template, key)
) strict, without rowid;

create index template_label_by_value on template_label (key, value, template);

-- `nodeSelector`: labels a node must have, all of them ("Assigning Pods to Nodes": nodeSelector).
create table node_selector (
  template  text not null references template,
  key       text not null,
  value     text not null,
  primary key (template, key)
) strict, without rowid;

-- A term of node affinity ("Assigning Pods to Nodes": node affinity). Of the required terms one must hold.
create table node_affinity_term (
  template  text not null references template,
  term      text not null,
  -- Null: required. Else preferred, and this much wished.
  weight    integer check (weight between 1 and 100),
  primary key (template, term)
) strict, without rowid;

-- An expression of a node affinity term. All of a term must hold; a term without any matches no node.
create table node_affinity_expression (
  template  text    not null,
  term      text    not null,
  position  integer not null default 1,
  -- 1: of `matchFields`, where the only key is metadata.name. 0: of `matchExpressions`, over labels.
  on_field  integer not null default 0 check (on_field in (0, 1)),
  key       text    not null,
  operator  text    not null check (operator in ('In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt')),
  -- JSON array of texts: any number for In and NotIn, one integer for Gt and Lt.
  value_list  text  not null default '[]' check (json_type(value_list) = 'array'),
  primary key (template, term, position),
  foreign key (template, term) references node_affinity_term,
  check (on_field = 0 or (key = 'metadata.name' and operator in ('In', 'NotIn')))
) strict, without rowid;

-- Taints that a template's pods put up with ("Taints and Tolerations").
create table toleration (
  template  text not null references template,
  -- '' with Exists: every key.
  key       text not null default '',
  operator  text not null default 'Equal' check (operator in ('Equal', 'Exists')),
  -- Compared by Equal only.
  value     text not null default '',
  -- '': every effect.
  effect    text not null default '' check (effect in ('', 'NoSchedule', 'PreferNoSchedule', 'NoExecute')),
  primary key (template, key, operator, value, effect),
  check (key <> '' or operator = 'Exists')
) strict, without rowid;

-- A label selector of pods or namespaces ("Labels and Selectors"). One without expressions matches everything.
create table label_selector (
  selector  text not null primary key
) strict, without rowid;

-- What a label selector asks for; all of it must hold. `matchLabels` is In with one value.
create table label_selector_expression (
  selector  text    not null references label_selector,
  position  integer not null default 1,
  key       text    not null,
  operator  text    not null check (operator in ('In', 'NotIn', 'Exists', 'DoesNotExist')),
  -- JSON array of texts, for In and NotIn.
  value_list  text  not null default '[]' check (json_type(value_list) = 'array'),
  primary key (selector, position)
) strict, without rowid;

-- A term of affinity or anti-affinity to other pods ("Assigning Pods to Nodes": inter-pod affinity and anti-affinity).
create table pod_affinity_term (
  template      text    not null references template,
  term          text    not null,
  -- 1: anti-affinity.
  anti          integer not null default 0 check (anti in (0, 1)),
  -- Null: required. Else preferred, and this much wished.
  weight        integer check (weight between 1 and 100),
  -- Label of nodes: those with one value are one domain.
  topology_key  text    not null,
  -- Pods meant; null matches none.
  selector      text    references label_selector,
  -- Namespaces of the pods meant, beside those of pod_affinity_namespace. Null and none there: the pod's own.
  namespace_selector  text references label_selector,
  primary key (template, term)
) strict, without rowid;

-- Namespaces that a term lists.
create table pod_affinity_namespace (
  template   text not null,
  term       text not null,
  namespace  text not null,
  primary key (template, term, namespace),
  foreign key (template, term) references pod_affinity_term
) strict, without rowid;

-- Even spread over domains ("Pod Topology Spread Constraints").
create table topology_spread (
  template      text    not null references template,
  spread        text    not null,
  topology_key  text    not null,
  -- How many more pods than in the emptiest domain.
  max_skew      integer not null default 1 check (max_skew >= 1),
  when_unsatisfiable  text not null default 'DoNotSchedule'
    check (when_unsatisfiable in ('DoNotSchedule', 'ScheduleAnyway')),
  -- Pods counted, of the template's own namespace; null matches none.
  selector      text    references label_selector,
  -- With fewer domains the emptiest counts as having no pod.
  min_domains   integer check (min_domains is null or (min_domains >= 1 and when_unsatisfiable = 'DoNotSchedule')),
  -- Honor: only nodes that node selector and node affinity let in.
  node_affinity_policy  text not null default 'Honor' check (node_affinity_policy in ('Honor', 'Ignore')),
  -- Honor: only nodes whose taints are tolerated.
  node_taints_policy    text not null default 'Ignore' check (node_taints_policy in ('Honor', 'Ignore')),
  primary key (template, spread)
) strict, without rowid;

-- Ports of its node that a pod takes, `hostPort`.
create table host_port (
  template   text    not null references template,
  protocol   text    not null default 'TCP' check (protocol in ('TCP', 'UDP', 'SCTP')),
  -- 0.0.0.0 clashes with every address.
  host_ip    text    not null default '0.0.0.0',
  host_port  integer not null check (host_port between 1 and 65535),
  primary key (template, protocol, host_ip, host_port)
) strict, without rowid;

-- What one container asks for ("Resource Management for Pods and Containers"), in the units of node_resource.
create table container_resource (
  template   text    not null references template,
  container  text    not null default 'main',
  resource   text    not null,
  -- Request, by which pods are placed; null where only a limit is given, which then is the request, too.
  request_amount  integer check (request_amount >= 0),
  -- Limit, which the kubelet enforces and the scheduler ignores; null for none.
  limit_amount    integer check (limit_amount >= 0),
  primary key (template, container, resource),
  check (request_amount is not null or limit_amount is not null),
  check (request_amount <= limit_amount)
) strict, without rowid;

-- Which containers are init containers; the others are app containers.
create table init_container (
  template   text    not null references template,
  container  text    not null,
  -- Order of starting.
  position   integer not null,
  -- 1: `restartPolicy: Always`, it goes on running beside the app containers ("Sidecar Containers").
  sidecar    integer not null default 0 check (sidecar in (0, 1)),
  primary key (template, container),
  unique (template, position)
) strict, without rowid;

-- What running a pod costs beside its containers ("Pod Overhead").
create table pod_overhead (
  template  text    not null references template,
  resource  text    not null,
  amount    integer not null check (amount >= 0),
  primary key (template, resource)
) strict, without rowid;

-- Pods that run together or not at all.
create table pod_group (
  name        text    not null primary key,
  -- Members, running ones included, without which none is placed.
  min_member  integer not null check (min_member >= 1)
) strict, without rowid;

-- A pod.
create table pod (
  -- Where namespaces use one name twice: `namespace/name`.
  name      text not null primary key,
  template  text not null references template,
  -- Group it is a member of; null for none.
  pod_group text references pod_group,
  -- Succeeded and Failed pods hold nothing any more.
  phase     text not null default 'Pending'
    check (phase in ('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown')),
  -- 1: it still has scheduling gates and waits ("Pod Scheduling Readiness").
  gated        integer not null default 0 check (gated in (0, 1)),
  -- 1: being deleted; holds its resources to the end.
  terminating  integer not null default 0 check (terminating in (0, 1)),
  -- Node it is bound to, which every ground view reads; null while it waits.
  node_name    text references node,
  -- Place proposed; null until first decided.
  controllable_node   text references place,
  -- 1: it has to leave the node it is bound to.
  controllable_evict  integer not null default 0 check (controllable_evict in (0, 1))
) strict, without rowid;

create index pod_by_node on pod (node_name, template);
create index pod_by_template on pod (template, node_name);

-- How many evictions are left ("Specifying a Disruption Budget"), `status.disruptionsAllowed`.
create table disruption_budget (
  namespace  text    not null default 'default',
  name       text    not null,
  -- Pods covered; null matches none.
  selector   text    references label_selector,
  disruptions_allowed  integer not null check (disruptions_allowed >= 0),
  primary key (namespace, name)
) strict, without rowid;

-- From where to where the descheduler evens out use. No row: it does not.
create table utilisation_target (
  resource  text    not null primary key,
  -- Nodes below these percentages of all resources listed take pods.
  low       integer not null check (low between 0 and 100),
  -- Nodes above this percentage of a resource listed give pods away.
  high      integer not null check (high between 0 and 100),
  check (low <= high)
) strict, without rowid;

-- One row: what the next solve may do.
create table scheduler (
  scheduler_id  integer not null primary key default 1 check (scheduler_id = 1),
  -- 1: pods may make room by the eviction of less important ones.
  preemption    integer not null default 0 check (preemption in (0, 1)),
  -- Running pods that the descheduler may move; 0 keeps it off. Setting it, also to what it was, looks for them: it
  -- considers five times as many, those with the gravest reasons and the least important ones first.
  max_moves     integer not null default 0 check (max_moves >= 0),
  -- 1: no pod may stay waiting. Where that cannot be, the answer is infeasible and the core says why.
  require_all   integer not null default 0 check (require_all in (0, 1))
) strict;

insert into scheduler (scheduler_id) values (1);

-- Running pods that the descheduler may move, and why: those of misplaced_pod when scheduler.max_moves was last set.
-- They are kept so that what all rules read is not worked out by each of them. Kept by triggers.
create table movable_pod (
  name    text not null references pod on delete cascade,
  -- taints, node_affinity, anti_affinity, duplicate or utilisation.
  reason  text not null,
  primary key (name, reason)
) strict, without rowid;

create trigger scheduler_looks_for_moves after update of max_moves on scheduler
begin
  delete from movable_pod;
  insert into movable_pod (name, reason)
  select m.pod, m.reason
  from misplaced_pod as m
  where new.max_moves > 0
    and m.pod in (
      select o.pod
      from misplaced_pod as o
      group by o.pod
      order by min(o.gravity), o.priority, o.pod
      limit 5 * new.max_moves);
end;

-- Pods that wait for a node.
create view waiting_pod as
select p.name, p.template, t.namespace, t.priority, t.preempts, p.pod_group
from pod as p
join template as t on t.name = p.template
where p.node_name is null and p.gated = 0 and p.terminating = 0 and p.phase not in ('Succeeded', 'Failed');

-- Pods that hold what they hold of a node.
create view bound_pod as
select p.name, p.template, t.namespace, t.priority, t.evictable, p.pod_group, p.terminating, p.node_name
from pod as p
join template as t on t.name = p.template
where p.node_name is not null and p.phase not in ('Succeeded', 'Failed');

-- Waiting pods for which others may be evicted: the most important ones of those that preempt at all. Less important
-- ones wait for the next solve. Empty unless the scheduler may preempt.
create view preemptor as
select w.name, w.template, w.priority
from waiting_pod as w
where w.preempts = 1
  and w.priority = (select max(o.priority) from waiting_pod as o where o.preempts = 1)
  and (select s.preemption from scheduler as s) = 1;

-- Pods less important than this may be evicted to make room; one row, null for none.
create view victim_limit as
select max(priority) as priority from preemptor;

-- Templates whose pods a disruption budget covers.
create view budget_cover as
select d.namespace, d.name, d.disruptions_allowed, m.template
from disruption_budget as d
join selector_template as m on m.selector = d.selector and m.namespace = d.namespace;

-- Pods whose place is open. `home` is where the pod is now, '' for a waiting one; a pod whose place stays `home` is
-- left as it is even where it breaks a rule, since rules of scheduling are ignored during execution. `role`:
-- `waiting` pods get a node or wait on, `victim`s stay or go to make room, `movable` ones stay or start elsewhere.
create view open_pod as
with found as materialized (
  select w.name, w.template, w.namespace, w.priority, w.pod_group, '' as home, 'waiting' as role
  from waiting_pod as w
  union all
  select b.name, b.template, b.namespace, b.priority, b.pod_group, b.node_name, 'victim'
  from bound_pod as b
  where b.terminating = 0 and b.priority < (select v.priority from victim_limit as v)
  union all
  select b.name, b.template, b.namespace, b.priority, b.pod_group, b.node_name, 'movable'
  from bound_pod as b
  where b.terminating = 0 and b.name in (select m.name from movable_pod as m)
    and coalesce(b.priority >= (select v.priority from victim_limit as v), 1)
)
select * from found;

-- The same with their decisions.
create view free_pod as
select o.name, o.template, o.namespace, o.priority, o.pod_group, o.home, o.role, p.controllable_node
from open_pod as o
join pod as p on p.name = o.name;

-- Those of them that may start on a node.
create view arriving_pod as
select o.name, o.template, o.namespace, o.priority, o.pod_group, o.home, o.role, p.controllable_node
from open_pod as o
join pod as p on p.name = o.name
where o.role <> 'victim';

-- Those of them that run and may have to go.
create view leaving_pod as
select o.name, o.template, o.namespace, o.priority, o.pod_group, o.home, o.role, p.controllable_node, p.controllable_evict
from open_pod as o
join pod as p on p.name = o.name
where o.role <> 'waiting';

-- Nodes where an open pod can be: a victim on its own, the others on any.
create view open_place as
select o.name as pod, o.template, n.name as node
from open_pod as o
join node as n
where o.role <> 'victim'
union all
select o.name, o.template, o.home from open_pod as o where o.role = 'victim';

-- Bound pods whose place is not open.
create view fixed_pod as
select b.name, b.template, b.namespace, b.priority, b.pod_group, b.terminating, b.node_name
from bound_pod as b
where b.name not in (select o.name from open_pod as o);

-- What placing a waiting pod is worth: more than all less important ones together. Beyond a million it grows no more.
create view waiting_weight as
with recursive
level as (
  select w.priority, count(*) as pods, row_number() over (order by w.priority) as place
  from waiting_pod as w
  group by w.priority
),
worth (place, priority, weight, next) as (
  select l.place, l.priority, 1, 1 + l.pods from level as l where l.place = 1
  union all
  select l.place, l.priority, min(w.next, 1000000), min(w.next, 1000000) * (1 + l.pods)
  from worth as w
  join level as l on l.place = w.place + 1
)
select w.name, v.weight
from waiting_pod as w
join worth as v on v.priority = w.priority;

-- Pods that may be evicted, by importance: 1 for those of the highest priority among them.
create view victim_rank as
select o.name, dense_rank() over (order by o.priority desc) as rank
from open_pod as o
where o.role = 'victim';

-- Labels of nodes as policies read them. The kubelet gives each node its name as kubernetes.io/hostname; that row may be left out.
create view node_domain as
select l.node, l.key, l.value from node_label as l
union all
select n.name, 'kubernetes.io/hostname', n.name
from node as n
where not exists (select 1 from node_label as l where l.node = n.name and l.key = 'kubernetes.io/hostname');

-- Domains that topology keys name.
create view topology_domain as
select distinct d.key, d.value
from node_domain as d
where d.key in (
  select a.topology_key from pod_affinity_term as a union select s.topology_key from topology_spread as s);

-- Conditions and cordons as the taints that the control plane makes of them ("Taints and Tolerations": taint nodes
-- by condition).
create view condition_taint as
select c.node, k.key, 'NoSchedule' as effect
from node_condition as c
join (
  select 'Ready' as type, 'False' as status, 'node.kubernetes.io/not-ready' as key
  union all select 'Ready', 'Unknown', 'node.kubernetes.io/unreachable'
  union all select 'MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'
  union all select 'DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'
  union all select 'PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'
  union all select 'NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable') as k
  on k.type = c.type and k.status = c.status
union all
select n.name, 'node.kubernetes.io/unschedulable', 'NoSchedule' from node as n where n.unschedulable = 1;

-- Nodes whose condition keeps a template's pods out.
create view node_condition_refusal as
select t.name as template, c.node, c.key
from template as t
join condition_taint as c
where not exists (
  select 1
  from toleration as o
  where o.template = t.name
    and o.effect in ('', c.effect)
    and o.key in ('', c.key)
    and (o.operator = 'Exists' or o.value = ''));

-- Taints that a template's pods do not tolerate, PreferNoSchedule included.
create view untolerated_taint as
select t.name as template, n.node, n.key, n.value, n.effect
from template as t
join node_taint as n
where not exists (
  select 1
  from toleration as o
  where o.template = t.name
    and o.effect in ('', n.effect)
    and o.key in ('', n.key)
    and (o.operator = 'Exists' or o.value = n.value));

-- Nodes that a node selector lets in.
create view node_selector_match as
select s.template, d.node
from node_selector as s
join node_domain as d on d.key = s.key and d.value = s.value
group by s.template, d.node
having count(*) = (select count(*) from node_selector as o where o.template = s.template);

-- Nodes for which an expression of a node affinity term holds. Gt and Lt compare integers; for a
-- label that is none they do not hold.
create view node_affinity_expression_match as
select e.template, e.term, e.position, n.name as node
from node_affinity_expression as e
join node as n
left join node_domain as d on e.on_field = 0 and d.node = n.name and d.key = e.key
where case e.operator
  when 'In' then coalesce(d.value, iif(e.on_field = 1, n.name, null)) in (select v.value from json_each(e.value_list) as v)
  when 'NotIn' then coalesce(
    coalesce(d.value, iif(e.on_field = 1, n.name, null)) not in (select v.value from json_each(e.value_list) as v), 1)
  when 'Exists' then d.value is not null
  when 'DoesNotExist' then d.value is null
  when 'Gt' then d.value not glob '*[^0-9]*' and cast(d.value as integer) > cast(e.value_list ->> 0 as integer)
  else d.value not glob '*[^0-9]*' and cast(d.value as integer) < cast(e.value_list ->> 0 as integer)
end;

-- Nodes that match a whole term of node affinity, required or preferred; `weight` is the term's.
create view node_affinity_term_match as
select t.template, t.term, t.weight, m.node
from node_affinity_term as t
join node_affinity_expression_match as m on m.template = t.template and m.term = t.term
group by t.template, t.term, m.node
having count(*) = (
  select count(*) from node_affinity_expression as e where e.template = t.template and e.term = t.term);

-- Nodes that required node affinity lets in: those of any required term.
create view node_affinity_match as
select distinct m.template, m.node from node_affinity_term_match as m where m.weight is null;

-- Nodes that preferred terms of node affinity match, with the sum of their weights.
create view preferred_node as
select m.template, m.node, sum(m.weight) as weight
from node_affinity_term_match as m
where m.weight is not null
group by m.template, m.node;

-- Templates and namespaces that a label selector matches ("Labels and Selectors": set-based requirement).
create view selector_template as
select s.selector, t.name as template, t.namespace
from label_selector as s
join template as t
where not exists (
  select 1
  from label_selector_expression as e
  left join template_label as l on l.template = t.name and l.key = e.key
  where e.selector = s.selector
    and not case e.operator
      when 'In' then coalesce(l.value in (select v.value from json_each(e.value_list) as v), 0)
      when 'NotIn' then coalesce(l.value not in (select v.value from json_each(e.value_list) as v), 1)
      when 'Exists' then l.value is not null
      else l.value is null
    end);

-- Namespaces that pods live in, with all their labels.
create view namespace_domain as
select l.namespace, l.key, l.value from namespace_label as l
union
select t.namespace, 'kubernetes.io/metadata.name', t.namespace from template as t;

-- Namespaces that a term of pod affinity means: those it lists and those its selector matches, or else its own.
create view pod_affinity_term_namespace as
select n.template, n.term, n.namespace from pod_affinity_namespace as n
union
select a.template, a.term, d.namespace
from pod_affinity_term as a
join (select distinct namespace from namespace_domain) as d
where a.namespace_selector is not null
  and not exists (
    select 1
    from label_selector_expression as e
    left join namespace_domain as l on l.namespace = d.namespace and l.key = e.key
    where e.selector = a.namespace_selector
      and not case e.operator
        when 'In' then coalesce(l.value in (select v.value from json_each(e.value_list) as v), 0)
        when 'NotIn' then coalesce(l.value not in (select v.value from json_each(e.value_list) as v), 1)
        when 'Exists' then l.value is not null
        else l.value is null
      end)
union
select a.template, a.term, t.namespace
from pod_affinity_term as a
join template as t on t.name = a.template
where a.namespace_selector is null
  and not exists (
    select 1 from pod_affinity_namespace as n where n.template = a.template and n.term = a.term);

-- Terms of pod affinity with the templates whose pods they mean, `other`.
create view pod_affinity_pair as
select a.template, a.term, a.anti, a.weight, a.topology_key, m.template as other
from pod_affinity_term as a
join pod_affinity_term_namespace as n on n.template = a.template and n.term = a.term
join selector_template as m on m.selector = a.selector and m.namespace = n.namespace;

-- Templates whose pods satisfy all required affinity terms of another: only such pods count, for each of the terms.
create view affinity_match as
select p.template, p.other
from pod_affinity_pair as p
where p.anti = 0 and p.weight is null
group by p.template, p.other
having count(*) = (
  select count(*) from pod_affinity_term as a where a.template = p.template and a.anti = 0 and a.weight is null);

-- The same. `is_family`: both templates match themselves and each other, so that neither's pods can be what the
-- other's need when all of them start.
create view affinity_peer as
select p.template, p.other,
  exists (select 1 from affinity_match as s where s.template = p.template and s.other = p.template)
    and exists (select 1 from affinity_match as m where m.template = p.other and m.other = p.template) as is_family
from affinity_match as p;

-- Terms of required affinity of templates that match themselves, while none of their peers stays in any domain they
-- ask for. The first of their pods may go anywhere, else none ever could; the others go where it goes. `family`:
-- templates that are peers of one another, which count as one.
create view affinity_starter as
select a.template, a.term, a.topology_key, min(f.other) as family
from pod_affinity_term as a
join affinity_peer as f on f.template = a.template and f.is_family = 1
where a.anti = 0 and a.weight is null
  and not exists (
    select 1
    from affinity_peer as q
    join fixed_pod as b on b.template = q.other
    join node_domain as d on d.node = b.node_name
    join pod_affinity_term as k on k.template = a.template and k.topology_key = d.key
    where q.template = a.template and k.anti = 0 and k.weight is null)
group by a.template, a.term;

-- Domains where a required affinity term is satisfied by a pod that stays.
create view affinity_held as
select distinct a.template, a.term, d.key, d.value
from pod_affinity_term as a
join affinity_peer as q on q.template = a.template
join fixed_pod as b on b.template = q.other
join node_domain as d on d.node = b.node_name and d.key = a.topology_key
where a.anti = 0 and a.weight is null;

-- Nodes that required anti-affinity closes to a template because of pods that stay, by its own terms or by theirs.
create view anti_affinity_refusal as
select p.template, e.node, b.name as pod
from pod_affinity_pair as p
join fixed_pod as b on b.template = p.other
join node_domain as d on d.node = b.node_name and d.key = p.topology_key
join node_domain as e on e.key = d.key and e.value = d.value
where p.anti = 1 and p.weight is null
union
select p.other, e.node, b.name
from pod_affinity_pair as p
join fixed_pod as b on b.template = p.template
join node_domain as d on d.node = b.node_name and d.key = p.topology_key
join node_domain as e on e.key = d.key and e.value = d.value
where p.anti = 1 and p.weight is null;

-- What a pod of `other` in the domain of a pod of `template` is worth by the latter's terms: the weight of preferred
-- ones, negative for anti-affinity, and 1 for required affinity.
create view pod_affinity_worth as
select p.template, p.topology_key, p.other, p.weight is null as is_required,
  case when p.weight is null then 1 when p.anti = 1 then -p.weight else p.weight end as worth
from pod_affinity_pair as p
where p.weight is not null or p.anti = 0;

-- What pods that stay make nodes worth to a template, by preferred terms of its own and by terms of theirs.
create view preferred_neighbourhood as
with near as (
  select w.template, d.key, d.value, sum(w.worth) as worth
  from pod_affinity_worth as w
  join fixed_pod as b on b.template = w.other
  join node_domain as d on d.node = b.node_name and d.key = w.topology_key
  where w.is_required = 0
  group by w.template, d.key, d.value
  union all
  select w.other, d.key, d.value, sum(w.worth)
  from pod_affinity_worth as w
  join fixed_pod as b on b.template = w.template
  join node_domain as d on d.node = b.node_name and d.key = w.topology_key
  group by w.other, d.key, d.value
)
select n.template, d.node, sum(n.worth) as weight
from near as n
join node_domain as d on d.key = n.key and d.value = n.value
where n.template in (select o.template from open_pod as o)
group by n.template, d.node
having sum(n.worth) <> 0;

-- Ports of one template that clash with those of another, or of itself ("Configuration Best Practices": hostPort).
create view host_port_clash as
select distinct a.template, b.template as other
from host_port as a
join host_port as b
  on b.protocol = a.protocol and b.host_port = a.host_port
  and (b.host_ip = a.host_ip or '0.0.0.0' in (a.host_ip, b.host_ip));

-- Nodes whose ports, taken by pods that stay, close them to a template.
create view host_port_refusal as
select c.template, b.node_name as node, b.name as pod
from host_port_clash as c
join fixed_pod as b on b.template = c.other;

-- What a pod of a template asks for, over all its containers ("Init Containers": resource sharing within
-- containers): the larger of what runs together in the end, app containers and sidecars, and what any init
-- container needs beside the sidecars started before it; and the overhead. Each pod is one of `pods`.
create view pod_request as
with asked as (
  select r.template, r.resource, coalesce(r.request_amount, r.limit_amount) as amount, i.position, i.sidecar
  from container_resource as r
  left join init_container as i on i.template = r.template and i.container = r.container
),
moment as (
  select a.template, a.resource, sum(a.amount) as amount
  from asked as a
  where a.position is null or a.sidecar = 1
  group by a.template, a.resource
  union all
  select
    a.template, a.resource,
    a.amount + (
      select coalesce(sum(s.amount), 0)
      from asked as s
      where s.template = a.template and s.resource = a.resource and s.sidecar = 1 and s.position < a.position)
  from asked as a
  where a.sidecar = 0
),
part as (
  select m.template, m.resource, max(m.amount) as amount from moment as m group by m.template, m.resource
  union all
  select o.template, o.resource, o.amount from pod_overhead as o
  union all
  select t.name, 'pods', 1 from template as t
)
select p.template, p.resource, sum(p.amount) as amount
from part as p
group by p.template, p.resource
having sum(p.amount) > 0;

-- What nodes have of each resource that an open pod asks for: `room` is what pods that stay leave of it, `overfull`
-- tells that all its pods together hold more than the node has.
create view node_room as
with used as (
  select b.node_name as node, r.resource, sum(r.amount) as amount
  from bound_pod as b
  join pod_request as r on r.template = b.template
  group by b.node_name, r.resource
),
open as (
  select o.home as node, r.resource, sum(r.amount) as amount
  from open_pod as o
  join pod_request as r on r.template = o.template
  group by o.home, r.resource
)
select n.name as node, w.resource,
  coalesce(c.allocatable, iif(w.resource = 'pods', 110, 0)) - coalesce(u.amount, 0) + coalesce(o.amount, 0) as room,
  coalesce(u.amount, 0) > coalesce(c.allocatable, iif(w.resource = 'pods', 110, 0)) as overfull
from (select distinct resource from open) as w
join node as n
left join node_resource as c on c.node = n.name and c.resource = w.resource
left join used as u on u.node = n.name and u.resource = w.resource
left join open as o on o.node = n.name and o.resource = w.resource;

-- Nodes that a spread counts, with their domain: those that have all topology keys of the template's spreads of
-- this kind, and that its policies for affinity and taints let in.
create view spread_node as
select s.template, s.spread, d.node, d.value
from topology_spread as s
join node_domain as d on d.key = s.topology_key
where not exists (
    select 1
    from topology_spread as o
    where o.template = s.template and o.when_unsatisfiable = s.when_unsatisfiable
      and not exists (select 1 from node_domain as k where k.node = d.node and k.key = o.topology_key))
  and (
    s.node_affinity_policy = 'Ignore'
    or (
      (s.template not in (select n.template from node_selector as n)
        or (s.template, d.node) in (select m.template, m.node from node_selector_match as m))
      and (s.template not in (select a.template from node_affinity_term as a where a.weight is null)
        or (s.template, d.node) in (select m.template, m.node from node_affinity_match as m))))
  and (
    s.node_taints_policy = 'Ignore'
    or (s.template, d.node) not in (
      select u.template, u.node from untolerated_taint as u where u.effect <> 'PreferNoSchedule'));

-- Templates whose pods a spread counts.
create view spread_match as
select s.template, s.spread, m.template as other
from topology_spread as s
join template as t on t.name = s.template
join selector_template as m on m.selector = s.selector and m.namespace = t.namespace;

-- Domains of the spreads of open pods, with the pods counted that stay there. `is_enough`: there are as many domains
-- as the spread wants.
create view spread_domain as
select s.template, s.spread, s.max_skew, s.when_unsatisfiable, d.value, coalesce(f.pods, 0) as pods,
  coalesce(count(*) over (partition by s.template, s.spread) >= s.min_domains, 1) as is_enough
from topology_spread as s
join (
  select distinct n.template, n.spread, n.value
  from spread_node as n
  where n.template in (select o.template from open_pod as o)) as d
  on d.template = s.template and d.spread = s.spread
left join (
  select n.template, n.spread, n.value, count(*) as pods
  from spread_node as n
  join fixed_pod as b on b.node_name = n.node and b.terminating = 0
  join spread_match as m on m.template = n.template and m.spread = n.spread and m.other = b.template
  where n.template in (select o.template from open_pod as o)
  group by n.template, n.spread, n.value) as f
  on f.template = s.template and f.spread = s.spread and f.value = d.value;

-- Pairs of running pods of which required anti-affinity of the one or the other would keep the second out today.
create view bound_neighbour as
select a.name, b.name as other
from pod_affinity_pair as p
join bound_pod as a on a.template = p.template
join bound_pod as b on b.template = p.other and b.name <> a.name
join node_domain as d on d.node = a.node_name and d.key = p.topology_key
join node_domain as e on e.node = b.node_name and e.key = d.key and e.value = d.value
where p.anti = 1 and p.weight is null
union
select b.name, a.name
from pod_affinity_pair as p
join bound_pod as a on a.template = p.template
join bound_pod as b on b.template = p.other and b.name <> a.name
join node_domain as d on d.node = a.node_name and d.key = p.topology_key
join node_domain as e on e.node = b.node_name and e.key = d.key and e.value = d.value
where p.anti = 1 and p.weight is null;

-- How much of what utilisation targets name is asked for on each node.
create view node_use as
select n.name as node, t.resource, t.low, t.high, c.allocatable,
  (select coalesce(sum(r.amount), 0)
    from bound_pod as b
    join pod_request as r on r.template = b.template and r.resource = t.resource
    where b.node_name = n.name) as amount
from node as n
join utilisation_target as t
join node_resource as c on c.node = n.name and c.resource = t.resource;

-- Running pods that the descheduler has a reason to move, though it may: pods that their node's taints, their node
-- selector or node affinity would keep out today, that share a domain against required anti-affinity, that double
-- another of their template on their node, or whose node is used above a target. System-critical pods stay, and
-- pods that several budgets cover, whose eviction would be refused.
create view misplaced_pod as
with reason as (
  select b.name as pod, 'taints' as reason
  from bound_pod as b
  join untolerated_taint as u on u.template = b.template and u.node = b.node_name
  where u.effect <> 'PreferNoSchedule'
  union
  select b.name, 'node_affinity'
  from bound_pod as b
  where (b.template in (select s.template from node_selector as s)
      and (b.template, b.node_name) not in (select m.template, m.node from node_selector_match as m))
    or (b.template in (select a.template from node_affinity_term as a where a.weight is null)
      and (b.template, b.node_name) not in (select m.template, m.node from node_affinity_match as m))
  union
  select a.name, 'anti_affinity' from bound_neighbour as a
  union
  select b.name, 'duplicate'
  from bound_pod as b
  join (
    select o.template, o.node_name from bound_pod as o group by o.template, o.node_name having count(*) > 1) as d
    on d.template = b.template and d.node_name = b.node_name
  union
  select b.name, 'utilisation'
  from bound_pod as b
  where b.node_name in (select u.node from node_use as u where u.amount * 100 > u.high * u.allocatable)
)
select r.pod, r.reason, b.priority,
  case r.reason when 'taints' then 1 when 'node_affinity' then 2 when 'anti_affinity' then 3 when 'duplicate' then 4 else 5 end as gravity
from reason as r
join bound_pod as b on b.name = r.pod
where b.evictable = 1 and b.terminating = 0 and b.priority < 2000000000
  and b.template not in (select c.template from budget_cover as c group by c.template having count(*) > 1);
