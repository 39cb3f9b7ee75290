-- Recorded usage of containers, as `edict import` reads it from public traces. Amounts that a source does not tell are
-- null, never 0.

-- A file of recorded usage.
create table usage_trace (
  usage_trace_id  integer not null primary key,
  -- Name of the format.
  format  text not null,
  -- Where it was read from.
  path  text not null,
  -- How the source's units became those of `usage_sample`.
  scaling  text not null,
  -- Usual distance of two samples of a container, milliseconds.
  interval_ms  integer not null check (interval_ms > 0),
  -- Milliseconds of the source's clock at which the trace starts; null while it is being read.
  start_ms  integer
) strict;

-- What one container used for a while.
create table usage_sample (
  usage_trace_id  integer not null references usage_trace,
  -- The source's name for the container.
  entity  text not null,
  -- When it begins, milliseconds since the start of the trace.
  at_ms  integer not null,
  -- How long it lasts, milliseconds; null where the next sample tells.
  duration_ms  integer check (duration_ms > 0),
  -- Mean CPU time per period of 100 ms, microseconds; null where the source does not tell.
  cpu_us  integer check (cpu_us >= 0),
  -- Memory, pages of 4096 bytes; null where the source does not tell.
  pages  integer check (pages >= 0),
  -- CPU limit then in force, microseconds per period; null where none is told.
  cpu_limit_us  integer check (cpu_limit_us >= 0),
  -- Memory limit then in force, pages; null where none is told.
  limit_pages  integer check (limit_pages >= 0),
  -- Periods in which it was throttled; null where the source does not tell.
  throttled_periods  integer check (throttled_periods >= 0)
) strict;

create index usage_sample_in_time on usage_sample (usage_trace_id, entity, at_ms);

-- Rows of the source that could not be read.
create table usage_reject (
  usage_trace_id  integer not null references usage_trace,
  -- Line of the file, from 1.
  line  integer not null,
  reason  text not null
) strict;
