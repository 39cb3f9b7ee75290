-- The generalised assignment problem: every item goes to one agent, whose capacity its items share; what an item
-- weighs and costs depends on the agent. All amounts are whole numbers without unit. docs/roadef.md shows how to
-- read the instances of the OR-Library.

-- Who takes items.
create table agent (
  agent_id  integer not null primary key,
  -- Its items weigh no more than this together.
  capacity  integer not null check (capacity >= 0)
) strict;

-- What is to be assigned.
create table item (
  item_id             integer not null primary key,
  controllable_agent  integer references agent
) strict;

-- What an item is for an agent. Without a row the agent cannot take the item.
create table offer (
  item_id   integer not null references item,
  agent_id  integer not null references agent,
  weight    integer not null check (weight >= 0),
  cost      integer not null,
  primary key (item_id, agent_id)
) strict, without rowid;
