-- What hosts and processes hold is kept by triggers instead of summed up by every reader.

alter table host add column
  -- Cores that its bound requests hold; kept by triggers of `request`.
  held_cores integer not null default 0 check (held_cores >= 0);

alter table host add column
  -- Slices that its bound requests hold; kept by triggers of `request`.
  held_memslices integer not null default 0 check (held_memslices >= 0);

drop index request_held_by_host;

-- What waits of a process, for policies that compare its requests with each other.
create index request_waiting_by_process on request (process_id, request_id) where status in ('PENDING', 'PLACED');

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

insert into holding (process_id, host_id, requests, cores, memslices)
select process_id, current_dkernel, count(*), sum(held_cores), sum(held_memslices)
from request
where status = 'BOUND'
group by process_id, current_dkernel;

update host set (held_cores, held_memslices) = (
  select coalesce(sum(cores), 0), coalesce(sum(memslices), 0) from holding where holding.host_id = host.host_id);

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

drop view placed;

drop view unallocated;

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
