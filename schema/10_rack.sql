-- Rack controller: which host serves which request of which process (DiNOS*, thesis 6.5).
-- The macro scheduler decides `request.controllable_dkernel`; the micro scheduler then takes the lowest
-- free cores and slices of that host. Ground views read only committed columns, never `controllable_*`.

-- A machine of the rack; one Dkernel runs on each.
create table host (
  -- Number that the host registers with.
  host_id integer primary key,
  -- Hardware threads that processes may hold.
  cores integer not null check (cores >= 0),
  -- Memory slices that processes may hold; kernel memory is already taken off.
  memslices integer not null check (memslices >= 0),
  -- Slices that the host's kernel took for itself, beyond the scheduler's reach.
  kernel_memslices integer not null default 0 check (kernel_memslices >= 0),
  -- Bytes of one slice: 2 MiB, a large page (thesis 6.5); thesis 6.4.2 has 2 GiB.
  slice_bytes integer not null default 2097152 check (slice_bytes > 0),
  -- When the host registered first, microseconds.
  registered_us integer not null default 0,
  -- Cores that its bound requests hold; kept by triggers of `request`.
  held_cores integer not null default 0 check (held_cores >= 0),
  -- Slices that its bound requests hold; kept by triggers of `request`.
  held_memslices integer not null default 0 check (held_memslices >= 0)
) strict;

-- A program that runs on any number of hosts.
create table process (
  -- Number of the process.
  process_id integer primary key,
  -- 1 where the locality policies are to keep its resources together.
  locality integer not null default 1 check (locality in (0, 1)),
  -- Bytes of slices it holds that no allocation uses; they serve small requests without the scheduler.
  cached_bytes integer not null default 0 check (cached_bytes >= 0)
) strict;

-- One request for resources of exactly one host, from its arrival to its release.
create table request (
  -- Number of the request; the unit requests of one allocation have consecutive numbers.
  request_id integer primary key,
  -- Process that asks.
  process_id integer not null references process,
  -- Cores asked.
  cores integer not null check (cores >= 0),
  -- Memory slices asked.
  memslices integer not null check (memslices >= 0),
  -- PENDING: no host yet. PLACED: host fixed, nothing taken yet. BOUND: holds cores and slices.
  -- RELEASED: gave all back, or was withdrawn. REJECTED: was refused for good.
  status text not null default 'PENDING'
    check (status in ('PENDING', 'PLACED', 'BOUND', 'RELEASED', 'REJECTED')),
  -- Host that the macro scheduler proposes; null until first solved.
  controllable_dkernel integer references host,
  -- Host committed; null until one is.
  current_dkernel integer references host,
  -- When the request came, microseconds.
  arrived_us integer not null default 0,
  -- 1 while the request takes part in the next batch; 0 once it was left out of the running one.
  admitted integer not null default 1 check (admitted in (0, 1)),
  -- 0 where the caller wants a refusal instead of waiting.
  may_wait integer not null default 1 check (may_wait in (0, 1)),
  -- Why it is left out, in words; null when it was not.
  waiting_reason text,
  -- Why it was refused; null unless REJECTED.
  rejected_reason text check (rejected_reason in ('infeasible', 'macro-micro-mismatch')),
  -- Bytes of its last slice that go to the process's cache once it is bound.
  spare_bytes integer not null default 0 check (spare_bytes >= 0),
  -- Cores held now; partial releases lower it.
  held_cores integer not null default 0 check (held_cores between 0 and cores),
  -- Slices held now; partial releases lower it.
  held_memslices integer not null default 0 check (held_memslices between 0 and memslices),
  -- When it was bound, microseconds; null before.
  bound_us integer,
  -- Up to when `core_us` and `slice_us` count, microseconds; null before it is bound.
  counted_us integer,
  -- Held cores times microseconds, up to `counted_us`.
  core_us integer not null default 0 check (core_us >= 0),
  -- Held slices times microseconds, up to `counted_us`.
  slice_us integer not null default 0 check (slice_us >= 0),
  check (status in ('PENDING', 'REJECTED', 'RELEASED') or current_dkernel is not null),
  check (status = 'BOUND' or (held_cores = 0 and held_memslices = 0)),
  check ((status = 'REJECTED') = (rejected_reason is not null))
) strict;

-- What waits, for `pending` and the loop.
create index request_waiting on request (arrived_us, request_id) where status in ('PENDING', 'PLACED');

-- What waits of a process, for policies that compare its requests with each other.
create index request_waiting_by_process on request (process_id, request_id) where status in ('PENDING', 'PLACED');

-- What processes hold, request by request.
create index request_held_by_process on request (process_id, current_dkernel, held_cores, held_memslices)
  where status = 'BOUND';

-- Sums over the bound requests of a process on a host; no row where there is none. Kept by triggers of `request`.
create table holding (
  -- Process that holds.
  process_id integer not null references process,
  -- Host of what it holds.
  host_id integer not null references host,
  -- Number of its bound requests there.
  requests integer not null check (requests >= 0),
  -- Cores they hold.
  cores integer not null check (cores >= 0),
  -- Slices they hold.
  memslices integer not null check (memslices >= 0),
  primary key (process_id, host_id)
) strict, without rowid;

-- What hosts hold, process by process.
create index holding_by_host on holding (host_id);

create trigger request_is_held after insert on request
when new.status = 'BOUND'
begin
  update host
  set held_cores = held_cores + new.held_cores, held_memslices = held_memslices + new.held_memslices
  where host_id = new.current_dkernel;
  insert into holding (process_id, host_id, requests, cores, memslices)
  values (new.process_id, new.current_dkernel, 1, new.held_cores, new.held_memslices)
  on conflict (process_id, host_id) do update set
    requests = requests + 1,
    cores = cores + excluded.cores,
    memslices = memslices + excluded.memslices;
end;

create trigger request_comes_to_hold
after update of process_id, status, current_dkernel, held_cores, held_memslices on request
when old.status <> 'BOUND' and new.status = 'BOUND'
begin
  update host
  set held_cores = held_cores + new.held_cores, held_memslices = held_memslices + new.held_memslices
  where host_id = new.current_dkernel;
  insert into holding (process_id, host_id, requests, cores, memslices)
  values (new.process_id, new.current_dkernel, 1, new.held_cores, new.held_memslices)
  on conflict (process_id, host_id) do update set
    requests = requests + 1,
    cores = cores + excluded.cores,
    memslices = memslices + excluded.memslices;
end;

create trigger request_holds_otherwise
after update of process_id, status, current_dkernel, held_cores, held_memslices on request
when old.status = 'BOUND' and new.status = 'BOUND'
begin
  update host
  set held_cores = held_cores - old.held_cores, held_memslices = held_memslices - old.held_memslices
  where host_id = old.current_dkernel;
  update host
  set held_cores = held_cores + new.held_cores, held_memslices = held_memslices + new.held_memslices
  where host_id = new.current_dkernel;
  insert into holding (process_id, host_id, requests, cores, memslices)
  values (new.process_id, new.current_dkernel, 1, new.held_cores, new.held_memslices)
  on conflict (process_id, host_id) do update set
    requests = requests + 1,
    cores = cores + excluded.cores,
    memslices = memslices + excluded.memslices;
  update holding
  set requests = requests - 1, cores = cores - old.held_cores, memslices = memslices - old.held_memslices
  where process_id = old.process_id and host_id = old.current_dkernel;
  delete from holding
  where process_id = old.process_id and host_id = old.current_dkernel and requests = 0;
end;

create trigger request_ceases_to_hold
after update of process_id, status, current_dkernel, held_cores, held_memslices on request
when old.status = 'BOUND' and new.status <> 'BOUND'
begin
  update host
  set held_cores = held_cores - old.held_cores, held_memslices = held_memslices - old.held_memslices
  where host_id = old.current_dkernel;
  update holding
  set requests = requests - 1, cores = cores - old.held_cores, memslices = memslices - old.held_memslices
  where process_id = old.process_id and host_id = old.current_dkernel;
  delete from holding
  where process_id = old.process_id and host_id = old.current_dkernel and requests = 0;
end;

create trigger request_is_no_more_held after delete on request
when old.status = 'BOUND'
begin
  update host
  set held_cores = held_cores - old.held_cores, held_memslices = held_memslices - old.held_memslices
  where host_id = old.current_dkernel;
  update holding
  set requests = requests - 1, cores = cores - old.held_cores, memslices = memslices - old.held_memslices
  where process_id = old.process_id and host_id = old.current_dkernel;
  delete from holding
  where process_id = old.process_id and host_id = old.current_dkernel and requests = 0;
end;

-- `insert or replace` removes a row without its delete trigger, so that the sums would keep what it held.
create trigger request_stays_bound before insert on request
when exists (select 1 from request where request_id = new.request_id and status = 'BOUND')
begin
  select raise(abort, 'a bound request is released before its number is used again');
end;

-- Runs of cores that a request holds; what no row covers, below the host's total, is free.
create table core_extent (
  -- Host of the cores.
  host_id integer not null references host,
  -- First core of the run.
  first integer not null check (first >= 0),
  -- Number of cores in the run.
  count integer not null check (count > 0),
  -- Request that holds them.
  request_id integer not null references request,
  primary key (host_id, first)
) strict, without rowid;

create index core_extent_request on core_extent (request_id);

-- Runs of memory slices that a request or the host's kernel holds.
create table memslice_extent (
  -- Host of the slices.
  host_id integer not null references host,
  -- First slice of the run.
  first integer not null check (first >= 0),
  -- Number of slices in the run.
  count integer not null check (count > 0),
  -- Request that holds them; null for the host's kernel.
  request_id integer references request,
  primary key (host_id, first)
) strict, without rowid;

create index memslice_extent_request on memslice_extent (request_id);

-- Where the baselines go on: a position in the list of hosts by number.
create table scheduler_cursor (
  -- Baseline that owns the cursor.
  scheduler text not null check (scheduler in ('fill-current', 'round-robin')),
  -- Process the cursor belongs to; -1 where all processes share it.
  process_id integer not null,
  -- Resource the cursor belongs to.
  resource text not null check (resource in ('core', 'memslice')),
  -- Position from 0.
  position integer not null check (position >= 0),
  primary key (scheduler, process_id, resource)
) strict, without rowid;

-- How a process lay on its hosts when its allocation was last complete; one row per run.
-- A run begins when a process that holds nothing is bound, and ends when it holds nothing again.
create table process_run (
  -- Process.
  process_id integer not null references process,
  -- Runs of the process count from 1.
  run integer not null check (run >= 1),
  -- When that was, microseconds.
  at_us integer not null,
  -- Hosts it held anything of.
  host_count integer not null check (host_count >= 1),
  -- Cores it held.
  core_count integer not null check (core_count >= 0),
  -- Slices it held.
  memslice_count integer not null check (memslice_count >= 0),
  -- Pairs of a core and a slice on one host: the sum over hosts of cores times slices.
  local_pairs integer not null check (local_pairs >= 0),
  -- 1 once it held nothing again.
  ended integer not null default 0 check (ended in (0, 1)),
  primary key (process_id, run)
) strict, without rowid;

-- Alerts about hosts, for people.
create table host_event (
  -- Running number.
  host_event_id integer primary key,
  -- Host the alert is about.
  host_id integer not null references host,
  -- over-committed: more is held than the host has, so that its free capacity counts as 0.
  kind text not null check (kind in ('over-committed')),
  -- When, microseconds.
  at_us integer not null,
  -- Cores held beyond the total.
  excess_cores integer not null check (excess_cores >= 0),
  -- Slices held beyond the total.
  excess_memslices integer not null check (excess_memslices >= 0)
) strict;

-- Requests that the next batch decides; `unallocated` does not count them yet.
create view pending as
select
  request_id as id,
  process_id as process,
  cores,
  memslices,
  status,
  current_dkernel,
  controllable_dkernel
from request
where status in ('PENDING', 'PLACED') and admitted = 1;

-- What each process holds on each host.
create view placed as
select
  process_id as process,
  host_id as dkernel,
  cores,
  memslices
from holding;

-- What each host has left; never below 0, also on an over-committed host.
create view unallocated as
select
  host_id as dkernel,
  max(0, cores - held_cores) as cores,
  max(0, memslices - held_memslices) as memslices
from host;

-- How full each host is.
create view load as
select
  host.host_id as dkernel,
  coalesce(held.processes, 0) as processes,
  coalesce(held.cores, 0) as cores,
  host.cores as total_cores,
  coalesce(held.memslices, 0) as memslices,
  host.memslices as total_memslices
from host
left join (
  select dkernel, count(*) as processes, sum(cores) as cores, sum(memslices) as memslices
  from placed
  group by dkernel
) as held on held.dkernel = host.host_id;

-- Hosts on which more is held than they have.
create view over_committed as
select
  dkernel,
  max(0, cores - total_cores) as excess_cores,
  max(0, memslices - total_memslices) as excess_memslices
from load
where cores > total_cores or memslices > total_memslices;

-- How each process lies on its hosts now.
create view process_spread as
select
  process,
  count(*) as hosts,
  sum(cores) as cores,
  sum(memslices) as memslices,
  sum(cores * memslices) as local_pairs
from placed
group by process;

-- Share of a run's pairs of a core and a slice that lie on one host; null where it had only one kind.
create view colocation as
select
  process_id as process,
  run,
  host_count as hosts,
  local_pairs * 1.0 / nullif(core_count * memslice_count, 0) as local_share
from process_run;

-- The rack's figures over its whole history, up to the last thing that happened to a request.
create view rack_metrics as
with span as (
  select
    min(arrived_us) as start_us,
    max(max(arrived_us, coalesce(bound_us, 0), coalesce(counted_us, 0))) as end_us
  from request
),
used as (
  select
    sum(core_us + held_cores * (span.end_us - coalesce(counted_us, span.end_us))) as core_us,
    sum(slice_us + held_memslices * (span.end_us - coalesce(counted_us, span.end_us))) as slice_us
  from request
  cross join span
),
total as (
  select sum(cores) as cores, sum(memslices) as memslices
  from host
)
select
  (select count(*) from request where bound_us is not null) as placed,
  (select count(*) from request where status = 'REJECTED') as refused,
  (select count(*) from request where status in ('PENDING', 'PLACED')) as waiting,
  (select avg(hosts) from colocation) as hosts_per_process,
  (select avg(local_share) from colocation) as colocated_share,
  used.core_us * 1.0 / nullif(total.cores * (span.end_us - span.start_us), 0) as core_utilisation,
  used.slice_us * 1.0 / nullif(total.memslices * (span.end_us - span.start_us), 0) as memslice_utilisation
from span
cross join used
cross join total;
