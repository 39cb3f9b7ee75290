-- Replay of demand against quotas and limits: what containers ask for, what they get, and what schedulers that are
-- compared remember. Written by `profile` and `demand` events only.

-- What a replay is told before it starts: one row.
create table demand_replay (
  -- Always 1.
  demand_replay_id integer primary key check (demand_replay_id = 1),
  -- Periods that end at this instant or before it are warm-up: no figure counts them.
  measure_from_us integer not null default 0 check (measure_from_us >= 0),
  -- How long a container does nothing after a kill or a restart: the median of 389 published cold starts.
  cold_start_us integer not null default 171200 check (cold_start_us >= 0),
  -- Length of a period.
  period_us integer not null default 100000 check (period_us > 0)
) strict;

-- What was profiled of each container before a replay: what static limits are made from.
create table container_profile (
  -- Container that was profiled.
  container_id integer primary key,
  -- Greatest CPU time over a second, per period.
  work_us integer not null check (work_us >= 0),
  -- Most pages needed.
  need_pages integer not null check (need_pages >= 0)
) strict;

-- What each container carries from one period to the next.
create table demand_state (
  -- Container that is asked for work.
  container_id integer primary key,
  -- CPU work that came and was not done yet.
  backlog_us integer not null default 0 check (backlog_us >= 0),
  -- Pages that it needs.
  need_pages integer not null default 0 check (need_pages >= 0),
  -- It starts until then, and does nothing.
  down_until_us integer not null default 0
) strict;

-- One row per container and replayed period: what came, what ran, what was left.
create table demand_period (
  -- End of the period.
  at_us integer not null,
  -- Container that was asked.
  container_id integer not null,
  -- CPU work that came.
  arrived_us integer not null check (arrived_us >= 0),
  -- CPU work that was done: what came and what had been left, at most the quota.
  used_us integer not null check (used_us >= 0),
  -- CPU work that is left.
  backlog_us integer not null check (backlog_us >= 0),
  -- Quota in force.
  quota_us integer not null check (quota_us >= 0),
  -- 1 where work was left because the quota was used up.
  throttled integer not null check (throttled in (0, 1)),
  -- Pages needed.
  need_pages integer not null check (need_pages >= 0),
  -- Pages used: what is needed, at most the limit.
  usage_pages integer not null check (usage_pages >= 0),
  -- Limit in force.
  limit_pages integer not null check (limit_pages >= 0),
  -- How much of the period the container spent starting.
  down_us integer not null check (down_us >= 0),
  primary key (at_us, container_id)
) strict, without rowid;

-- Containers that ended and began anew in a replay. Rows are only ever added.
create table container_restart (
  -- In the order of restarting.
  container_restart_id integer primary key,
  -- When it ended.
  at_us integer not null,
  -- Container that began anew.
  container_id integer not null,
  -- oom: it needed more pages than its limit, and nobody raised that. update: its scheduler changes limits so.
  reason text not null check (reason in ('oom', 'update'))
) strict;

-- What a scheduler that is compared remembers of each container.
create table recommender_state (
  -- Container that is recommended for.
  container_id integer primary key,
  -- When it was last recommended for.
  stepped_us integer not null,
  -- Histograms, windows and the like, as JSON.
  state text not null check (json_valid(state))
) strict;

-- Replayed periods that count: those after the warm-up.
create view demand_measured as
select
  demand_period.at_us,
  container_id,
  arrived_us,
  used_us,
  backlog_us,
  quota_us,
  throttled,
  limit_pages,
  quota_us - used_us as slack_us,
  limit_pages - usage_pages as slack_pages,
  demand_replay.period_us
from demand_replay
join demand_period on demand_period.at_us > demand_replay.measure_from_us;

-- Figures of a replay. CPU in cores, memory in MiB.
create view demand_metrics as
with
total as (
  select
    count(*) as periods,
    count(distinct at_us) as instants,
    sum(throttled) as throttled,
    sum(quota_us) * 1.0 / max(period_us) as cores,
    sum(limit_pages) / 256.0 as mib,
    sum(backlog_us) * 1.0 * max(period_us) / nullif(sum(used_us), 0) / 1000 as delay_ms
  from demand_measured
),
-- Rank of the median and of the 99th percentile: the least value that is not exceeded by that share.
rank as (
  select max(0, (periods + 1) / 2 - 1) as p50, max(0, (periods * 99 + 99) / 100 - 1) as p99
  from total
)
select
  (select slack_us * 1.0 / period_us from demand_measured order by slack_us limit 1 offset (select p50 from rank))
    as cpu_slack_p50_cores,
  (select slack_us * 1.0 / period_us from demand_measured order by slack_us limit 1 offset (select p99 from rank))
    as cpu_slack_p99_cores,
  (select slack_pages / 256.0 from demand_measured order by slack_pages limit 1 offset (select p50 from rank))
    as memory_slack_p50_mib,
  (select slack_pages / 256.0 from demand_measured order by slack_pages limit 1 offset (select p99 from rank))
    as memory_slack_p99_mib,
  throttled * 100.0 / nullif(periods, 0) as throttled_percent,
  delay_ms as backlog_delay_ms,
  (
    select count(*)
    from quota_decision
    where rule = 'oom_kill' and resource = 'cpu' and at_us > measure_from_us
  ) + (
    select count(*)
    from container_restart
    where reason = 'oom' and at_us > measure_from_us
  ) as oom_kills,
  (select count(*) from container_restart where reason = 'update' and at_us > measure_from_us) as update_restarts,
  (select count(*) from quota_decision where resource is not null and at_us > measure_from_us) as changes,
  cores / nullif(instants, 0) as mean_cores,
  mib / nullif(instants, 0) as mean_mib
from demand_replay
cross join total;

-- How often each slack of CPU was seen, in hundredths of a core.
create view cpu_slack_spread as
select slack_us * 100 / period_us / 100.0 as value, count(*) as count
from demand_measured
group by 1;

-- How often each slack of memory was seen, in MiB.
create view memory_slack_spread as
select slack_pages / 256 as value, count(*) as count
from demand_measured
group by 1;

-- The first two minutes that count of the container that worked most: quota against use, as figure 5.2 of the thesis.
create view quota_tracking as
select
  (at_us - measure_from_us) / 1000000.0 as x,
  quota_us * 1.0 / demand_measured.period_us as quota,
  used_us * 1.0 / demand_measured.period_us as used
from demand_measured
cross join demand_replay
where container_id = (
    select container_id
    from demand_period
    group by container_id
    order by sum(arrived_us) desc, container_id
    limit 1)
  and at_us <= measure_from_us + 120000000
order by at_us;
