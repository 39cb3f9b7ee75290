-- Placement of virtual machines on hosts with two NUMA nodes each, in racks.
-- Fed by `edict replay ... --from numa-vm`; policies/numa_vm decides. What is free is kept by triggers and not by
-- views: the candidates of a VM are then a few index look-ups instead of a pass over all VMs and hosts.

-- A rack of hosts: what affinity keeps together and fault domains keep apart.
create table vm_rack (
  rack_id  integer not null primary key,
  -- Sum of `whole` over its hosts. Kept by triggers.
  room     integer not null default 0 check (room >= 0)
) strict;

create index vm_rack_by_room on vm_rack (room, rack_id);

-- A machine of two NUMA nodes.
create table vm_host (
  host_id  integer not null primary key check (host_id >= 0),
  rack_id  integer not null references vm_rack
) strict;

create index vm_host_by_rack on vm_host (rack_id);

-- One half of a host, with what it may give to VMs. A broken half has nothing.
create table vm_numa_node (
  numa_node_id  integer not null primary key,
  host_id       integer not null references vm_host,
  -- Which half.
  numa          integer not null check (numa in (0, 1)),
  cores         integer not null check (cores >= 0),
  memory_gib    integer not null check (memory_gib >= 0),
  -- What committed VMs take of it. Kept by triggers.
  held_cores       integer not null default 0 check (held_cores >= 0),
  held_memory_gib  integer not null default 0 check (held_memory_gib >= 0),
  -- The rest; 0 where a node that shrank holds more than it has.
  free_cores       integer not null generated always as (max(0, cores - held_cores)) stored,
  free_memory_gib  integer not null generated always as (max(0, memory_gib - held_memory_gib)) stored,
  unique (host_id, numa)
) strict;

-- Where a VM can be: in one NUMA node, across both of a host, or nowhere. The domain of the decision.
create table vm_slot (
  -- 0 is nowhere: a VM with this slot was refused.
  slot_id  integer not null primary key,
  -- Host and rack; null for nowhere.
  host_id  integer references vm_host,
  rack_id  integer references vm_rack,
  -- The only NUMA node that is used; null where both are, or none.
  numa        integer check (numa in (0, 1)),
  -- NUMA nodes that a VM in this slot is split over; 0 for nowhere.
  numa_count  integer not null check (numa_count between 0 and 2),
  -- What is free in the tighter of its NUMA nodes. Kept by triggers.
  free_cores       integer not null default 0 check (free_cores >= 0),
  free_memory_gib  integer not null default 0 check (free_memory_gib >= 0),
  -- Large VMs, of 16 cores and 32 GiB in each node, that the host has room for. Kept by triggers.
  whole            integer not null default 0 check (whole >= 0),
  -- 1 in a rack where an affinity group lives, which may go on growing. Kept by triggers.
  reserved         integer not null default 0 check (reserved in (0, 1))
) strict;

create index vm_slot_by_host on vm_slot (host_id);
create index vm_slot_by_rack on vm_slot (rack_id, numa_count, free_cores, free_memory_gib);
create index vm_slot_by_room on vm_slot (
  numa_count, reserved, whole, free_cores, free_memory_gib, slot_id, host_id);

insert into vm_slot (slot_id, numa_count) values (0, 0);

-- A virtual machine that was asked for.
create table vm (
  vm_id       integer not null primary key,
  -- Order of arrival.
  seq         integer not null unique,
  cores       integer not null check (cores >= 1),
  memory_gib  integer not null check (memory_gib >= 1),
  -- 1: within one NUMA node. 2: half of it in each node of one host.
  numa_count  integer not null check (numa_count in (1, 2)),
  -- How the members of a group stand to each other: affinity wants one rack, anti-affinity different hosts,
  -- fault_domain different racks for members with different labels.
  strategy    text    not null check (strategy in ('none', 'affinity', 'anti-affinity', 'fault_domain')),
  -- Group within the strategy; null without one.
  group_id      integer,
  -- Label within the group; null but for that strategy.
  fault_domain  integer,
  -- Slot proposed; null until first decided.
  controllable_slot  integer references vm_slot,
  -- Slot committed, which every ground view reads; null while the VM waits.
  current_slot       integer references vm_slot,
  check (cores % numa_count = 0 and memory_gib % numa_count = 0),
  check ((group_id is null) = (strategy = 'none')),
  check ((fault_domain is null) = (strategy <> 'fault_domain'))
) strict;

create index vm_waiting on vm (vm_id, controllable_slot) where current_slot is null;
create index vm_by_group on vm (strategy, group_id, fault_domain, current_slot);

-- A host brings its three slots.
create trigger vm_host_has_slots after insert on vm_host
begin
  insert into vm_slot (slot_id, host_id, rack_id, numa, numa_count) values
    (new.host_id * 3 + 1, new.host_id, new.rack_id, 0, 1),
    (new.host_id * 3 + 2, new.host_id, new.rack_id, 1, 1),
    (new.host_id * 3 + 3, new.host_id, new.rack_id, null, 2);
end;

create trigger vm_numa_node_comes after insert on vm_numa_node
begin
  update vm_slot
  set (free_cores, free_memory_gib) = (
    select min(n.free_cores), min(n.free_memory_gib)
    from vm_numa_node as n
    where n.host_id = vm_slot.host_id and (vm_slot.numa is null or vm_slot.numa = n.numa))
  where host_id = new.host_id and (numa is null or numa = new.numa);
  update vm_slot
  set whole = (
    select case when count(*) = 2 then min(min(n.free_cores / 16, n.free_memory_gib / 32)) else 0 end
    from vm_numa_node as n
    where n.host_id = vm_slot.host_id)
  where host_id = new.host_id;
  update vm_rack
  set room = (select sum(s.whole) from vm_slot as s where s.rack_id = vm_rack.rack_id and s.numa is null)
  where rack_id = (select h.rack_id from vm_host as h where h.host_id = new.host_id);
end;

create trigger vm_numa_node_changes
after update of cores, memory_gib, held_cores, held_memory_gib on vm_numa_node
begin
  update vm_slot
  set (free_cores, free_memory_gib) = (
    select min(n.free_cores), min(n.free_memory_gib)
    from vm_numa_node as n
    where n.host_id = vm_slot.host_id and (vm_slot.numa is null or vm_slot.numa = n.numa))
  where host_id = new.host_id and (numa is null or numa = new.numa);
  update vm_slot
  set whole = (
    select case when count(*) = 2 then min(min(n.free_cores / 16, n.free_memory_gib / 32)) else 0 end
    from vm_numa_node as n
    where n.host_id = vm_slot.host_id)
  where host_id = new.host_id;
  update vm_rack
  set room = (select sum(s.whole) from vm_slot as s where s.rack_id = vm_rack.rack_id and s.numa is null)
  where rack_id = (select h.rack_id from vm_host as h where h.host_id = new.host_id);
end;

create trigger vm_moves after update of current_slot on vm when new.current_slot is not old.current_slot
begin
  update vm_numa_node
  set held_cores = held_cores - old.cores / old.numa_count,
      held_memory_gib = held_memory_gib - old.memory_gib / old.numa_count
  where numa_node_id in (select numa_node_id from vm_charge where slot_id = old.current_slot);
  update vm_numa_node
  set held_cores = held_cores + new.cores / new.numa_count,
      held_memory_gib = held_memory_gib + new.memory_gib / new.numa_count
  where numa_node_id in (select numa_node_id from vm_charge where slot_id = new.current_slot);
end;

create trigger vm_affinity_moves after update of current_slot on vm
when new.strategy = 'affinity' and new.current_slot is not old.current_slot
begin
  update vm_slot
  set reserved = 0
  where rack_id = (select s.rack_id from vm_slot as s where s.slot_id = old.current_slot)
    and not exists (
      select 1
      from vm_member as m
      where m.strategy = 'affinity'
        and m.rack_id = (select s.rack_id from vm_slot as s where s.slot_id = old.current_slot));
  update vm_slot
  set reserved = 1
  where rack_id = (select s.rack_id from vm_slot as s where s.slot_id = new.current_slot) and reserved = 0;
end;

create trigger vm_affinity_leaves after delete on vm
when old.strategy = 'affinity' and old.current_slot is not null
begin
  update vm_slot
  set reserved = 0
  where rack_id = (select s.rack_id from vm_slot as s where s.slot_id = old.current_slot)
    and not exists (
      select 1
      from vm_member as m
      where m.strategy = 'affinity'
        and m.rack_id = (select s.rack_id from vm_slot as s where s.slot_id = old.current_slot));
end;

create trigger vm_leaves after delete on vm when old.current_slot is not null
begin
  update vm_numa_node
  set held_cores = held_cores - old.cores / old.numa_count,
      held_memory_gib = held_memory_gib - old.memory_gib / old.numa_count
  where numa_node_id in (select numa_node_id from vm_charge where slot_id = old.current_slot);
end;

-- VMs that wait for a decision.
create view vm_pending as
select vm_id, seq, cores, memory_gib, numa_count, strategy, group_id, fault_domain, controllable_slot
from vm
where current_slot is null;

-- NUMA nodes that a slot uses, one row for a single node and two for both, with what they have free.
create view vm_charge as
select s.slot_id, n.numa_node_id, n.free_cores, n.free_memory_gib
from vm_slot as s
join vm_numa_node as n on n.host_id = s.host_id and (s.numa is null or s.numa = n.numa);

-- Members of groups that have a place, and where it is.
create view vm_member as
select v.strategy, v.group_id, v.fault_domain, v.vm_id, s.slot_id, s.host_id, s.rack_id
from vm as v
join vm_slot as s on s.slot_id = v.current_slot
where v.group_id is not null and s.host_id is not null;

-- Affinity groups that wait without having a rack, numbered: no two of a batch try the same rack first.
create view vm_new_group as
select group_id, row_number() over (order by group_id) as place, count(*) over () as groups
from (
  select distinct p.group_id
  from vm_pending as p
  where p.strategy = 'affinity'
    and not exists (
      select 1 from vm_member as m where m.strategy = 'affinity' and m.group_id = p.group_id));

-- Racks in the order in which affinity groups try them: much room first, less two large VMs for every group that is
-- there already and may go on growing.
create view vm_affinity_rack as
select
  k.rack_id,
  row_number() over (order by k.room - 2 * count(distinct m.group_id) desc, k.rack_id) as place
from vm_rack as k
left join vm_member as m on m.rack_id = k.rack_id and m.strategy = 'affinity'
group by k.rack_id;

-- Slots worth looking at for each waiting VM; every one of them fits it. Racks without an affinity group come
-- first, then hosts that have no room for a large VM anyway, then tight slots. policies/numa_vm/candidates.sql says what that costs.
create view vm_candidate as
-- Nowhere.
select p.vm_id, 0 as slot_id
from vm_pending as p
union all
-- Alone, or with hosts to avoid: the first slots of all.
select p.vm_id, s.slot_id
from vm_pending as p
join vm_slot as s on s.slot_id in (
  select r.slot_id
  from vm_slot as r
  where r.numa_count = p.numa_count
    and r.free_cores >= p.cores / p.numa_count
    and r.free_memory_gib >= p.memory_gib / p.numa_count
    and r.host_id not in (
      select m.host_id from vm_member as m where m.strategy = p.strategy and m.group_id = p.group_id)
  order by r.reserved, r.whole, r.free_cores, r.free_memory_gib, r.slot_id
  limit 60)
where p.strategy in ('none', 'anti-affinity')
union all
-- An affinity group that has a rack: all slots there.
select p.vm_id, r.slot_id
from vm_pending as p
join vm_slot as r
  on r.rack_id in (
    select m.rack_id from vm_member as m where m.strategy = 'affinity' and m.group_id = p.group_id)
  and r.numa_count = p.numa_count
  and r.free_cores >= p.cores / p.numa_count
  and r.free_memory_gib >= p.memory_gib / p.numa_count
where p.strategy = 'affinity'
union all
-- One that looks for a rack: all slots of the two racks that are its to try.
select p.vm_id, r.slot_id
from vm_pending as p
join vm_new_group as g on g.group_id = p.group_id
join vm_affinity_rack as k on k.place in (g.place, g.place + g.groups)
join vm_slot as r
  on r.rack_id = k.rack_id
  and r.numa_count = p.numa_count
  and r.free_cores >= p.cores / p.numa_count
  and r.free_memory_gib >= p.memory_gib / p.numa_count
where p.strategy = 'affinity'
union all
-- A fault domain that has racks: the first slots there.
select p.vm_id, s.slot_id
from vm_pending as p
join vm_slot as s on s.slot_id in (
  select r.slot_id
  from vm_slot as r
  where r.rack_id in (
      select m.rack_id
      from vm_member as m
      where m.strategy = 'fault_domain' and m.group_id = p.group_id and m.fault_domain = p.fault_domain)
    and r.numa_count = p.numa_count
    and r.free_cores >= p.cores / p.numa_count
    and r.free_memory_gib >= p.memory_gib / p.numa_count
  order by r.whole, r.free_cores, r.free_memory_gib, r.slot_id
  limit 40)
where p.strategy = 'fault_domain'
union all
-- And the first eight slots of each of six racks that no other label of the group uses: those with the most room.
select p.vm_id, s.slot_id
from vm_pending as p
join vm_slot as s on s.slot_id in (
  select slot_id
  from (
    select
      r.slot_id,
      row_number() over (
        partition by r.rack_id order by r.whole, r.free_cores, r.free_memory_gib, r.slot_id) as place
    from vm_slot as r
    where r.rack_id in (
        select k.rack_id
        from vm_rack as k
        where k.rack_id not in (
            select m.rack_id
            from vm_member as m
            where m.strategy = 'fault_domain' and m.group_id = p.group_id and m.fault_domain <> p.fault_domain)
          and exists (
            select 1
            from vm_slot as f
            where f.rack_id = k.rack_id
              and f.numa_count = p.numa_count
              and f.free_cores >= p.cores / p.numa_count
              and f.free_memory_gib >= p.memory_gib / p.numa_count)
        order by k.room desc, k.rack_id desc
        limit 6)
      and r.numa_count = p.numa_count
      and r.free_cores >= p.cores / p.numa_count
      and r.free_memory_gib >= p.memory_gib / p.numa_count)
  where place <= 8)
where p.strategy = 'fault_domain';

-- Figures of a replay.
create view metrics as
select
  (select count(*) from vm where current_slot <> 0) as placed,
  (select count(*) from vm where current_slot = 0) as refused,
  (select count(*) from vm where current_slot is null) as waiting,
  (select 1.0 * sum(held_cores) / sum(cores) from vm_numa_node) as core_utilisation,
  (select 1.0 * sum(held_memory_gib) / sum(memory_gib) from vm_numa_node) as memory_utilisation,
  -- Large VMs of 32 cores and 64 GiB that still fit.
  (select sum(room) from vm_rack) as large_vms_left;
