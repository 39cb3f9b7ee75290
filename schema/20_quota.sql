-- Quota controller: CPU quotas and memory limits of containers, moved within their application's limits while they
-- run (Escra, thesis 4 and 5). Units: microseconds of CPU time per period, pages of 4096 bytes.
-- Pools are views, never counters. Committed columns are `quota_us` and `limit_pages`; the `controllable_*` beside
-- them hold what is proposed within a tick and equal them between ticks.

-- Constants of the rules: one set per kind of application. Ranges are those in which the rules are defined.
create table parameter_set (
  -- Number of the set.
  parameter_set_id integer primary key,
  -- What events call it.
  name text not null unique,
  -- Length of a CFS period.
  period_us integer not null default 100000 check (period_us > 0),
  -- Samples that a window keeps (n).
  window_count integer not null default 10 check (window_count between 1 and 100),
  -- Amount that one throttled period asks for, before `scale_up_rate_ppm` (S, 0.3 core).
  slice_us integer not null default 30000 check (slice_us >= 1000),
  -- Slices granted where every period of the window was throttled, in millionths (upsilon, 20).
  scale_up_rate_ppm integer not null default 20000000 check (scale_up_rate_ppm between 1 and 1000000000),
  -- Share of the mean unused time that is given back, in millionths (kappa, 0.8).
  scale_down_rate_ppm integer not null default 800000 check (scale_down_rate_ppm between 1 and 1000000),
  -- Unused share of the quota beyond which it is given back, in millionths (gamma, 0.2).
  scale_down_threshold_ppm integer not null default 200000 check (scale_down_threshold_ppm between 0 and 999999),
  -- Mean unused time that is trimmed, and the step.
  trim_us integer not null default 5000 check (trim_us >= 0),
  -- No rule lowers a quota below this.
  quota_min_us integer not null default 30000 check (quota_min_us >= 1000),
  -- Share of throttled periods beyond which a container below its fair share takes from richer ones, in millionths.
  fair_threshold_ppm integer not null default 500000 check (fair_threshold_ppm between 0 and 1000000),
  -- Reports of another quota than the committed one that are ignored before the reported one is adopted.
  mismatch_count_max integer not null default 3 check (mismatch_count_max >= 0),
  -- Silence after which a container is idle.
  idle_after_us integer not null default 2000000 check (idle_after_us > 0),
  -- Quota that an idle container keeps.
  idle_quota_us integer not null default 30000 check (idle_quota_us > 0),
  -- Quota that the first report after silence brings.
  wake_quota_us integer not null default 100000 check (wake_quota_us > 0),
  -- How often periods bring a look for idle containers; 0: only events do.
  idle_check_us integer not null default 2000000 check (idle_check_us >= 0),
  -- Pages that a limit may exceed the usage by after a reclaim (delta, 50 MiB).
  margin_pages integer not null default 12800 check (margin_pages >= 0),
  -- Pages that one OOM event grants.
  grant_pages integer not null default 5000 check (grant_pages >= 1),
  -- A container with fewer pages is not admitted.
  limit_min_pages integer not null default 1 check (limit_min_pages >= 1),
  -- Share of the memory limit that a deployment hands out, in millionths (sigma, 0.7).
  memory_handout_ppm integer not null default 700000 check (memory_handout_ppm between 1 and 1000000),
  -- How often periods bring a reclaim of all containers; 0: only events do.
  reclaim_us integer not null default 5000000 check (reclaim_us >= 0),
  -- Unused time beyond which the printed formulae lower a quota (scheduler `paper`).
  paper_threshold_us integer not null default 200 check (paper_threshold_us >= 0),
  -- Least quota of the printed formulae (scheduler `paper`).
  paper_quota_min_us integer not null default 1000 check (paper_quota_min_us >= 1000),
  -- 1: what a decrease frees stays out of the pools until `acknowledge` tells that it is in force.
  awaits_acknowledgement integer not null default 0 check (awaits_acknowledgement in (0, 1)),
  -- When a period last brought a look for idle containers.
  idle_checked_us integer not null default 0,
  -- When a period last brought a reclaim.
  reclaimed_us integer not null default 0,
  -- A single throttle asks for something.
  check (scale_up_rate_ppm * slice_us >= 1000000 * window_count)
) strict;

insert into parameter_set (parameter_set_id, name) values (1, 'default');

-- Limits that containers share (a Distributed Container).
create table application (
  -- Number of the application.
  application_id integer primary key,
  -- For people.
  name text,
  -- What the quotas of its containers may add up to (1 core = 100,000 in a period of 100 ms).
  cpu_limit_us integer not null check (cpu_limit_us > 0),
  -- What the limits of its containers may add up to.
  memory_limit_pages integer not null check (memory_limit_pages >= 0),
  -- Constants of its rules.
  parameter_set_id integer not null default 1 references parameter_set
) strict;

-- A machine that containers run on; only machines whose capacity is to be kept have a row.
create table container_host (
  -- Number of the machine.
  host_id integer primary key,
  -- What the quotas of all its containers may add up to.
  cpu_us integer not null check (cpu_us >= 0),
  -- What the limits of all its containers may add up to.
  memory_pages integer not null check (memory_pages >= 0)
) strict;

-- A control group with a quota and a limit, from its deployment to its end.
create table container (
  -- Number of the container; ties are broken by it.
  container_id integer primary key,
  -- Application that it belongs to.
  application_id integer not null references application,
  -- CPU time per period that is in force; 0 once it has ended.
  quota_us integer not null check (quota_us >= 0),
  -- CPU time per period that is proposed.
  controllable_quota_us integer not null check (controllable_quota_us >= 0),
  -- Freed by decreases that nobody has acknowledged yet.
  in_flight_us integer not null default 0 check (in_flight_us >= 0),
  -- Machine it runs on; null where none is told or its capacity is not kept.
  host_id integer references container_host,
  -- DEPLOYED: no report yet. RUNNING: reports. OOM_WAIT: asked for pages. RECLAIMING: others give pages for it.
  -- KILLED: found no pages. EXITED: went by itself.
  state text not null default 'DEPLOYED'
    check (state in ('DEPLOYED', 'RUNNING', 'OOM_WAIT', 'RECLAIMING', 'KILLED', 'EXITED')),
  -- Those with a lower one give first where a joiner or a starving container takes; then the richest.
  priority integer not null default 0,
  -- Pages it may use; 0 once it has ended.
  limit_pages integer not null default 0 check (limit_pages >= 0),
  -- Limit that is proposed.
  controllable_limit_pages integer not null default 0 check (controllable_limit_pages >= 0),
  -- Freed by decreases of the limit that nobody has acknowledged yet.
  in_flight_pages integer not null default 0 check (in_flight_pages >= 0),
  -- Pages it used when last told.
  usage_pages integer not null default 0 check (usage_pages >= 0),
  -- Name in the trace or path of its control group; for people.
  name text,
  -- When it joined, microseconds.
  joined_us integer not null default 0,
  -- When it ended, microseconds; null while it has not.
  ended_us integer,
  check ((state in ('KILLED', 'EXITED')) = (ended_us is not null)),
  check (ended_us is null or (quota_us = 0 and controllable_quota_us = 0 and limit_pages = 0)),
  check (ended_us is not null or quota_us > 0)
) strict;

create index container_live on container (application_id, container_id) where ended_us is null;

-- Who has not reported yet.
create index container_deployed on container (container_id) where state = 'DEPLOYED';

create index container_of_host on container (host_id) where host_id is not null and ended_us is null;

-- The newest CPU report of each container and sums over the window of its last samples.
create table cpu_period (
  -- Container that reports.
  container_id integer primary key references container on delete cascade,
  -- When it last reported, or joined, microseconds.
  reported_us integer not null,
  -- Silence before that report, microseconds.
  silent_us integer not null default 0,
  -- Number of the last reported period; -1 before the first.
  period integer not null default -1,
  -- CPU time left when that period ended.
  unused_us integer not null default 0 check (unused_us >= 0),
  -- CPU time that it ran in that period, of the quota it had then.
  used_us integer not null default 0 check (used_us >= 0),
  -- How often it was throttled in that period; more than 1 where reports were lost.
  throttled integer not null default 0 check (throttled >= 0),
  -- Reports in a row that told another quota than the committed one.
  mismatch_count integer not null default 0 check (mismatch_count >= 0),
  -- 1 where the newest report is in the window.
  is_sampled integer not null default 0 check (is_sampled in (0, 1)),
  -- Place of the newest sample in the ring.
  slot integer not null default 0 check (slot between 0 and 99),
  -- Samples in the window: those since the last change of the quota, at most `window_count`.
  sample_count integer not null default 0 check (sample_count >= 0),
  -- Sum of `throttled` over the window (k).
  throttle_sum integer not null default 0 check (throttle_sum >= 0),
  -- Sum of `unused_us` over the window.
  unused_sum_us integer not null default 0 check (unused_sum_us >= 0),
  -- Last cumulative count of throttled periods, where reports tell that; null before.
  nr_throttled integer
) strict;

-- The last samples of each container: a ring of `window_count` rows.
create table cpu_sample (
  -- Place in the ring.
  slot integer not null check (slot between 0 and 99),
  -- Container that reported.
  container_id integer not null,
  -- CPU time left.
  unused_us integer not null check (unused_us >= 0),
  -- How often it was throttled.
  throttled integer not null check (throttled >= 0),
  primary key (slot, container_id)
) strict, without rowid;

-- What waits for a decision, or waited: a period of reports, an OOM event, a reclaim, a look for idle containers.
create table quota_signal (
  -- In the order they came.
  quota_signal_id integer primary key,
  -- period: `cpu_report` has its reports. oom: a container asks for pages. reclaim: unused pages go back.
  -- idle: silent containers shrink.
  kind text not null check (kind in ('period', 'oom', 'reclaim', 'idle')),
  -- When, microseconds.
  at_us integer not null,
  -- Container that asks; null but for OOM events.
  container_id integer,
  -- Application it is about; null where it is about all, or all of a parameter set.
  application_id integer,
  -- Parameter set whose applications it is about; null but for what falls due with time.
  parameter_set_id integer,
  -- Pages asked for; null but for OOM events.
  need_pages integer check (need_pages >= 1),
  -- Pages used when asked; null but for OOM events.
  usage_pages integer check (usage_pages >= 0),
  -- Number of good reports; null but for periods.
  report_count integer,
  -- When it was decided, microseconds; null while it waits.
  decided_us integer
) strict;

create index quota_signal_waiting on quota_signal (quota_signal_id) where decided_us is null;

-- CPU reports that wait for a decision; at most one per container.
create table cpu_report (
  -- Container that reports.
  container_id integer primary key,
  -- Signal it came with.
  quota_signal_id integer not null,
  -- Place within the event.
  position integer not null,
  -- Number of the period; null where the event tells none.
  period integer,
  -- CPU time left when the period ended.
  unused_us integer not null,
  -- How often the container was throttled, in that period or since it began.
  throttled integer not null,
  -- Quota that the container says it has; null where it says nothing.
  reported_quota_us integer
) strict;

-- What the rules want for the reports of the running tick, in the order of the reports; empty between ticks.
create table quota_proposal (
  -- In the order of deciding.
  quota_proposal_id integer primary key,
  -- Container it is about.
  container_id integer not null,
  -- Its application.
  application_id integer not null,
  -- Its machine, where that has a capacity.
  host_id integer,
  -- Signal that its report came with.
  quota_signal_id integer not null,
  -- Quota before.
  quota_us integer not null,
  -- Rule that speaks while the pool has something.
  rule text not null,
  -- Change of the quota that it wants.
  wish_us integer not null,
  -- Rule that speaks where the pool is empty; null where none does.
  poor_rule text,
  -- Change of the quota that the poor rule wants; never an increase.
  poor_wish_us integer not null default 0 check (poor_wish_us <= 0),
  -- 1 where the container may take from richer ones once the pool is empty.
  is_contested integer not null default 0 check (is_contested in (0, 1)),
  -- Number that the decision's row tells: throttles of the window, or mismatches in a row.
  detail integer
) strict;

-- What was decided, and why: one row per change and per notable event. Rows are only ever added.
create table quota_decision (
  -- In the order of deciding.
  quota_decision_id integer primary key,
  -- When, microseconds.
  at_us integer not null,
  -- Container it is about; not always a known one.
  container_id integer,
  -- Its application, where there is one.
  application_id integer,
  -- Rule that spoke; docs/quota.md lists them.
  rule text not null,
  -- What it changed: cpu (microseconds) or memory (pages); null where nothing changed.
  resource text check (resource in ('cpu', 'memory')),
  -- Value before; null where there was none.
  from_value integer,
  -- Value after; null where nothing changed.
  to_value integer,
  -- Signal that caused it; null where an event did that does not wait.
  quota_signal_id integer,
  -- Kind of that signal, or type of that event.
  cause text not null,
  -- Further number of the rule: throttles of the window, mismatches in a row, pages released or asked for.
  detail integer
) strict;

-- What is asked for by name. Scaling is left out: it is nearly all there is, and an index would double its price.
create index quota_decision_notable on quota_decision (container_id, rule)
  where rule not in ('scale_up', 'scale_down', 'trim', 'starved', 'deploy');

-- Containers that have not ended.
create view live_container as
select *
from container
where ended_us is null;

-- CPU time per period that each application has not given away. Never below 0.
create view cpu_pool as
select
  application.application_id,
  application.cpu_limit_us,
  coalesce(sum(container.quota_us), 0) as allocated_us,
  coalesce(sum(container.in_flight_us), 0) as quota_in_flight_us,
  max(0, application.cpu_limit_us - coalesce(sum(container.quota_us + container.in_flight_us), 0)) as pool_us,
  count(container.container_id) as containers,
  application.cpu_limit_us / max(1, count(container.container_id)) as fair_share_us
from application
left join container on container.application_id = application.application_id and container.ended_us is null
group by application.application_id;

-- Pages that each application has not given away. Never below 0.
create view memory_pool as
select
  application.application_id,
  application.memory_limit_pages,
  coalesce(sum(container.limit_pages), 0) as allocated_pages,
  coalesce(sum(container.in_flight_pages), 0) as limit_in_flight_pages,
  max(0, application.memory_limit_pages - coalesce(sum(container.limit_pages + container.in_flight_pages), 0)) as pool_pages
from application
left join container on container.application_id = application.application_id and container.ended_us is null
group by application.application_id;

-- What each machine has left for quotas and limits. Never below 0.
create view host_room as
select
  container_host.host_id,
  max(0, container_host.cpu_us - coalesce(sum(container.quota_us + container.in_flight_us), 0)) as cpu_us,
  max(0, container_host.memory_pages - coalesce(sum(container.limit_pages + container.in_flight_pages), 0)) as memory_pages
from container_host
left join container on container.host_id = container_host.host_id and container.ended_us is null
group by container_host.host_id;

-- What each application has not given away, counted with what is proposed; the rules of a tick read this.
-- Never below 0. What a decrease frees does not count before it is acknowledged, where that is awaited.
create view proposed_pool as
select
  application.application_id,
  max(0, application.cpu_limit_us - coalesce(sum(max(
    container.controllable_quota_us,
    parameter_set.awaits_acknowledgement * (container.quota_us + container.in_flight_us))), 0)) as cpu_us,
  max(0, application.memory_limit_pages - coalesce(sum(max(
    container.controllable_limit_pages,
    parameter_set.awaits_acknowledgement * (container.limit_pages + container.in_flight_pages))), 0)) as memory_pages,
  count(container.container_id) as containers,
  application.cpu_limit_us / max(1, count(container.container_id)) as fair_share_us
from application
join parameter_set on parameter_set.parameter_set_id = application.parameter_set_id
left join container on container.application_id = application.application_id and container.ended_us is null
group by application.application_id;

-- What each machine has not given away, counted with what is proposed. Never below 0.
create view proposed_room as
select
  container_host.host_id,
  max(0, container_host.cpu_us - coalesce(sum(max(
    container.controllable_quota_us,
    parameter_set.awaits_acknowledgement * (container.quota_us + container.in_flight_us))), 0)) as cpu_us,
  max(0, container_host.memory_pages - coalesce(sum(max(
    container.controllable_limit_pages,
    parameter_set.awaits_acknowledgement * (container.limit_pages + container.in_flight_pages))), 0)) as memory_pages
from container_host
left join container on container.host_id = container_host.host_id and container.ended_us is null
left join application on application.application_id = container.application_id
left join parameter_set on parameter_set.parameter_set_id = application.parameter_set_id
group by container_host.host_id;

-- Containers whose limit exceeds what they use and the margin, and what a reclaim leaves them.
create view reclaimable as
select
  container.container_id,
  container.application_id,
  container.controllable_limit_pages as limit_pages,
  container.usage_pages + max(1, parameter_set.margin_pages) as reclaimed_pages,
  application.parameter_set_id
from container
join application on application.application_id = container.application_id
join parameter_set on parameter_set.parameter_set_id = application.parameter_set_id
where container.ended_us is null
  and container.controllable_limit_pages > container.usage_pages + max(1, parameter_set.margin_pages);

-- What the recommended rules want for waiting reports, by what is known of their containers alone (scheduler `ref`);
-- no row where no rule speaks.
-- First match: another quota than the committed one is reported; a container wakes; it was throttled; it left more
-- unused than the threshold; it left more than the trim on average. `rule` speaks while the pool has something,
-- `poor_rule` where it is empty. A decrease never goes below what the period used.
create view ref_wish as
with report as (
  select
    cpu_report.quota_signal_id,
    cpu_report.position,
    container.container_id,
    container.application_id,
    container.host_id,
    container.controllable_quota_us as quota_us,
    cpu_report.unused_us,
    cpu_report.throttled,
    cpu_period.silent_us > parameter_set.idle_after_us as is_idle,
    cpu_report.reported_quota_us is not null
      and cpu_report.reported_quota_us <> container.controllable_quota_us as is_mismatch,
    cpu_period.mismatch_count,
    cpu_period.throttle_sum,
    parameter_set.mismatch_count_max,
    parameter_set.wake_quota_us,
    parameter_set.fair_threshold_ppm,
    parameter_set.window_count,
    parameter_set.scale_up_rate_ppm * cpu_period.throttle_sum * parameter_set.slice_us
      / (1000000 * parameter_set.window_count) as grant_us,
    iif(
      cpu_report.unused_us * 1000000 > parameter_set.scale_down_threshold_ppm * container.controllable_quota_us,
      parameter_set.scale_down_rate_ppm
        * min(cpu_period.unused_sum_us, cpu_report.unused_us * cpu_period.sample_count)
        / (1000000 * max(1, cpu_period.sample_count)),
      null) as give_us,
    iif(
      cpu_period.unused_sum_us > parameter_set.trim_us * parameter_set.window_count,
      min(parameter_set.trim_us, cpu_report.unused_us),
      null) as trim_us,
    max(0, container.controllable_quota_us - parameter_set.quota_min_us) as spare_us
  from cpu_report
  join container on container.container_id = cpu_report.container_id
  join cpu_period on cpu_period.container_id = cpu_report.container_id
  join application on application.application_id = container.application_id
  join parameter_set on parameter_set.parameter_set_id = application.parameter_set_id
  -- Most reports match no rule; they are told from the rest by the cheapest conditions.
  where cpu_report.throttled > 0
    or cpu_report.unused_us * 1000000 > parameter_set.scale_down_threshold_ppm * container.controllable_quota_us
    or cpu_period.unused_sum_us > parameter_set.trim_us * parameter_set.window_count
    or cpu_period.silent_us > parameter_set.idle_after_us
    or cpu_report.reported_quota_us <> container.controllable_quota_us
)
select
  quota_signal_id,
  position,
  container_id,
  application_id,
  host_id,
  quota_us,
  case
    when is_mismatch then iif(mismatch_count < mismatch_count_max, 'quota_mismatch_ignored', 'adopt_reported')
    when is_idle and quota_us < wake_quota_us then 'wake'
    when throttled > 0 then 'scale_up'
    when give_us is not null and spare_us > 0 then 'scale_down'
    when trim_us is not null and spare_us > 0 then 'trim'
  end as rule,
  case
    when is_mismatch then 0
    when is_idle and quota_us < wake_quota_us then wake_quota_us - quota_us
    when throttled > 0 then grant_us
    when give_us is not null and spare_us > 0 then -min(give_us, spare_us)
    when trim_us is not null and spare_us > 0 then -min(trim_us, spare_us)
    else 0
  end as wish_us,
  case
    when is_mismatch then null
    when throttled > 0 then 'starved'
    when give_us is not null and spare_us > 0 then 'scale_down'
    when trim_us is not null and spare_us > 0 then 'trim'
  end as poor_rule,
  case
    when is_mismatch or throttled > 0 then 0
    when give_us is not null and spare_us > 0 then -min(give_us, spare_us)
    when trim_us is not null and spare_us > 0 then -min(trim_us, spare_us)
    else 0
  end as poor_wish_us,
  throttled > 0 and throttle_sum * 1000000 > fair_threshold_ppm * window_count as is_contested,
  iif(is_mismatch, mismatch_count + 1, throttle_sum) as detail
from report;

-- What becomes of the wishes in `quota_proposal`, in their order: each increase takes at most what the pool has after
-- all before it, each decrease fills the pool. `before_us` is the pool that a wish meets: a sum that never falls below 0,
-- which is the running sum less its lowest point so far. `is_hard`: what follows depends on more than the pool.
create view ref_grant as
with running as (
  select
    quota_proposal.*,
    proposed_pool.cpu_us as pool_us,
    proposed_pool.fair_share_us,
    proposed_pool.cpu_us - sum(
      iif(wish_us < 0 and parameter_set.awaits_acknowledgement, 0, wish_us)
    ) over (partition by quota_proposal.application_id order by quota_proposal_id) as level_us
  from quota_proposal
  join proposed_pool on proposed_pool.application_id = quota_proposal.application_id
  join application on application.application_id = quota_proposal.application_id
  join parameter_set on parameter_set.parameter_set_id = application.parameter_set_id
),
reflected as (
  select
    *,
    level_us - min(0, min(level_us) over (partition by application_id order by quota_proposal_id)) as after_us
  from running
),
met as (
  select
    *,
    lag(after_us, 1, pool_us) over (partition by application_id order by quota_proposal_id) as before_us
  from reflected
)
select
  quota_proposal_id,
  container_id,
  application_id,
  quota_signal_id,
  quota_us,
  iif(wish_us > 0 and before_us = 0, poor_rule, rule) as rule,
  iif(wish_us > 0, min(wish_us, before_us), wish_us) as change_us,
  detail,
  rule = 'adopt_reported'
    or (wish_us > 0 and before_us = 0 and (poor_wish_us < 0 or (is_contested = 1 and quota_us < fair_share_us))) as is_hard
from met;

-- Containers with more than an idle one keeps, and since when they are silent.
create view idle_container as
select
  container.container_id,
  container.application_id,
  container.controllable_quota_us as quota_us,
  cpu_period.reported_us,
  parameter_set.idle_after_us,
  parameter_set.idle_quota_us,
  application.parameter_set_id
from container
join cpu_period on cpu_period.container_id = container.container_id
join application on application.application_id = container.application_id
join parameter_set on parameter_set.parameter_set_id = application.parameter_set_id
where container.ended_us is null and container.controllable_quota_us > parameter_set.idle_quota_us;

-- What the printed formulae want for each waiting report (scheduler `paper`, thesis 5.3), by what is known of its
-- container alone: an increase depends on the pool, see `paper_grant`. Means divide by the length of the window.
create view paper_wish as
select
  cpu_report.quota_signal_id,
  cpu_report.position,
  container.container_id,
  container.application_id,
  container.host_id,
  container.controllable_quota_us as quota_us,
  iif(cpu_report.throttled > 0, 'scale_up', 'scale_down') as rule,
  iif(cpu_report.throttled > 0, 0, -min(
    parameter_set.scale_down_rate_ppm * cpu_period.unused_sum_us / (1000000 * parameter_set.window_count),
    max(0, container.controllable_quota_us - parameter_set.paper_quota_min_us))) as wish_us,
  cpu_period.throttle_sum as detail
from cpu_report
join container on container.container_id = cpu_report.container_id
join cpu_period on cpu_period.container_id = cpu_report.container_id
join application on application.application_id = container.application_id
join parameter_set on parameter_set.parameter_set_id = application.parameter_set_id
where cpu_report.throttled > 0 or cpu_report.unused_us > parameter_set.paper_threshold_us;

-- What becomes of the wishes of the printed formulae, in their order: each increase is a share of what the pool has at
-- its turn, each decrease fills the pool.
create view paper_grant as
with recursive
turn as (
  select
    quota_proposal.*,
    parameter_set.scale_up_rate_ppm * quota_proposal.detail as rate_ppm,
    1000000 * parameter_set.window_count as unit_ppm,
    row_number() over (partition by quota_proposal.application_id order by quota_proposal_id) as number
  from quota_proposal
  join application on application.application_id = quota_proposal.application_id
  join parameter_set on parameter_set.parameter_set_id = application.parameter_set_id
),
walk(application_id, number, quota_proposal_id, before_us, change_us) as (
  select application_id, 0, null, cpu_us, 0
  from proposed_pool
  where application_id in (select application_id from quota_proposal)
  union all
  select
    turn.application_id,
    turn.number,
    turn.quota_proposal_id,
    walk.before_us - walk.change_us,
    iif(
      turn.rule = 'scale_up',
      min(walk.before_us - walk.change_us, turn.rate_ppm * (walk.before_us - walk.change_us) / turn.unit_ppm),
      turn.wish_us)
  from walk
  join turn on turn.application_id = walk.application_id and turn.number = walk.number + 1
)
select
  quota_proposal.quota_proposal_id,
  quota_proposal.container_id,
  quota_proposal.application_id,
  quota_proposal.quota_signal_id,
  quota_proposal.quota_us,
  iif(quota_proposal.rule = 'scale_up' and walk.before_us = 0, 'starved', quota_proposal.rule) as rule,
  walk.change_us,
  quota_proposal.detail
from walk
join quota_proposal on quota_proposal.quota_proposal_id = walk.quota_proposal_id;

-- How far the rebalancing policies may move a quota. Who was throttled may rise by what the window grants; who left
-- time unused may fall to what it used and the trim. No sample since the last change: nothing is known, nothing moves.
create view rebalance_range as
select
  container.container_id,
  cpu_period.throttle_sum,
  case
    when cpu_period.sample_count = 0 or cpu_period.throttle_sum > 0 then container.quota_us
    else min(
      container.quota_us,
      max(parameter_set.quota_min_us, cpu_period.used_us + parameter_set.trim_us))
  end as floor_us,
  container.quota_us
    + parameter_set.scale_up_rate_ppm * cpu_period.throttle_sum * parameter_set.slice_us
      / (1000000 * parameter_set.window_count) as ceiling_us
from container
join cpu_period on cpu_period.container_id = container.container_id
join application on application.application_id = container.application_id
join parameter_set on parameter_set.parameter_set_id = application.parameter_set_id
where container.ended_us is null;

-- Window of each container: throttles (k), mean unused time since the last change of its quota, and samples.
create view cpu_window as
select
  container_id,
  throttle_sum,
  sample_count,
  unused_sum_us,
  unused_sum_us / nullif(sample_count, 0) as mean_unused_us
from cpu_period;

-- Containers that were throttled in their newest period.
create view throttled as
select container_id, throttled, throttle_sum
from cpu_period
where throttled > 0;

-- What each container has beyond what it used in its newest period.
create view slack as
select
  container.container_id,
  container.application_id,
  cpu_period.unused_us as cpu_us,
  max(0, container.limit_pages - container.usage_pages) as memory_pages
from container
join cpu_period on cpu_period.container_id = container.container_id
where container.ended_us is null;

-- OOM events and what became of them.
create view memory_event as
select
  quota_signal.quota_signal_id,
  quota_signal.at_us,
  quota_signal.container_id,
  quota_signal.need_pages,
  quota_signal.usage_pages,
  quota_signal.decided_us,
  (
    select rule
    from quota_decision
    where quota_decision.container_id = quota_signal.container_id
      and quota_decision.quota_signal_id = quota_signal.quota_signal_id
      and quota_decision.rule in ('mem_grant', 'oom_kill')
      and quota_decision.rule not in ('scale_up', 'scale_down', 'trim', 'starved', 'deploy')
    order by quota_decision_id desc
    limit 1
  ) as outcome
from quota_signal
where quota_signal.kind = 'oom';

-- Containers that asked for CPU time and got none, newest first.
create view starved as
select at_us, container_id, application_id, detail as throttle_sum
from quota_decision
where rule = 'starved';

-- Figures of the whole history.
create view quota_metrics as
select
  (select count(*) from container) as containers,
  (select count(*) from quota_signal where kind = 'period') as periods,
  (select coalesce(sum(report_count), 0) from quota_signal where kind = 'period') as reports,
  (select count(*) from quota_decision where resource = 'cpu') as quota_changes,
  (select count(*) from quota_decision where resource = 'memory') as limit_changes,
  (select count(*) from quota_signal where kind = 'oom') as ooms,
  (select count(*) from quota_decision where rule = 'oom_kill') as kills,
  (select count(*) from quota_decision where rule = 'starved') as starved,
  (select count(*) from quota_decision where rule = 'admission_denied') as denied;
