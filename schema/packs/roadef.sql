-- Machine reassignment as the Google ROADEF/EURO challenge 2012 defines it: processes stand on machines and may move,
-- at a price, to where they fit better; policies/roadef decides. All amounts are whole numbers without unit. Sources
-- are sections of the challenge's problem definition; docs/roadef.md shows how to use the pack.

-- What processes use of machines ("Capacity constraints").
create table resource (
  resource_id  integer not null primary key,
  -- 1: a process that moves keeps what it has of it on its old machine, too ("Transient usage constraints").
  transient    integer not null check (transient in (0, 1)),
  -- Price of one unit in use above a machine's safety capacity ("Load cost").
  load_weight  integer not null check (load_weight >= 0)
) strict;

-- A machine, in a neighbourhood and at a location.
create table machine (
  machine_id    integer not null primary key,
  -- Processes that depend on each other meet in one ("Dependency constraints").
  neighborhood  integer not null,
  -- Services spread over these ("Spread constraints").
  location      integer not null
) strict;

-- What a machine has of each resource: one row for every machine and resource.
create table machine_resource (
  machine_id       integer not null references machine,
  resource_id      integer not null references resource,
  -- Processes never use more than this.
  capacity         integer not null check (capacity >= 0),
  -- Use above it costs ("Load cost"); it may exceed the capacity.
  safety_capacity  integer not null check (safety_capacity >= 0),
  primary key (machine_id, resource_id)
) strict, without rowid;

-- Processes that do the same.
create table service (
  service_id  integer not null primary key,
  -- Least number of locations its processes stand at ("Spread constraints").
  min_spread  integer not null check (min_spread >= 0)
) strict;

-- A service needs another one near ("Dependency constraints").
create table dependency (
  service_id  integer not null references service,
  needs       integer not null references service,
  primary key (service_id, needs)
) strict, without rowid;

-- A process, where it stood at first and where it shall stand.
create table process (
  process_id            integer not null primary key,
  service_id            integer not null references service,
  -- Price of moving it ("Process move cost").
  move_cost             integer not null check (move_cost >= 0),
  initial_machine       integer not null references machine,
  controllable_machine  integer references machine
) strict;

create index process_by_service on process (service_id);
create index process_by_machine on process (controllable_machine);
create index process_by_initial_machine on process (initial_machine);

-- What a process uses of each resource: one row for every process and resource, zero where it uses none.
create table need (
  process_id   integer not null references process,
  resource_id  integer not null references resource,
  amount       integer not null check (amount >= 0),
  primary key (process_id, resource_id)
) strict, without rowid;

-- Free units of one resource that each free unit of another is to go with ("Balance cost").
create table balance_target (
  balance_id  integer not null primary key,
  -- Of this resource, each free unit ...
  resource    integer not null references resource,
  -- ... wants `target` free units of that one.
  counterpart integer not null references resource,
  target      integer not null check (target >= 0),
  -- Price of one unit that lacks.
  weight      integer not null check (weight >= 0)
) strict;

-- Price of moving any process from one machine to another ("Machine move cost"): one row for every pair.
create table machine_move (
  source  integer not null references machine,
  target  integer not null references machine,
  cost    integer not null check (cost >= 0 and (cost = 0 or source <> target)),
  primary key (source, target)
) strict, without rowid;

-- How much the three kinds of moves count in the total cost ("Total objective cost"). One row.
create table move_weight (
  move_weight_id  integer not null primary key check (move_weight_id = 1),
  process_move    integer not null check (process_move >= 0),
  service_move    integer not null check (service_move >= 0),
  machine_move    integer not null check (machine_move >= 0)
) strict;
