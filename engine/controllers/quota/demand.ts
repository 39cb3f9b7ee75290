import { integerOf } from '../../base/integer-column.js';
import type { ControllerContext } from '../../loop/controller.js';
import type { SqlRecord } from '../../base/sql-value.js';
import { advance, livingContainer } from './container-row.js';
import type { EventOf } from './decode.js';
import { join } from './life.js';
import { takePeriod, takeUsage } from './period.js';
import { restart } from './restart.js';

/** What was profiled of the containers of a replay, and from when on its figures count. */
export function takeProfile(event: EventOf<'profile'>, { rows }: ControllerContext): void {
  const { containers, names, workUs, needPages, measureFromUs, coldStartUs } = event;
  const profiles = containers.map((container, at) => [
    container,
    workUs[at],
    needPages[at],
    names?.[at] ?? null,
  ]);
  const json = JSON.stringify(profiles);
  rows.run(
    `insert into demand_replay (demand_replay_id, measure_from_us) values (1, ?)
     on conflict do update set measure_from_us = excluded.measure_from_us`,
    measureFromUs,
  );
  if (coldStartUs !== null) rows.run('update demand_replay set cold_start_us = ?', coldStartUs);
  rows.run(
    `insert into container_profile (container_id, work_us, need_pages)
     select value ->> 0, value ->> 1, value ->> 2 from json_each(?) where true
     on conflict do update set work_us = excluded.work_us, need_pages = excluded.need_pages`,
    json,
  );
  rows.run(
    `update container set name = told.name
     from (select value ->> 0 as container_id, value ->> 3 as name from json_each(?)) as told
     where told.container_id = container.container_id and told.name is not null`,
    json,
  );
}

/**
 * One period of demand, as work that waits for its turn: what came and what had been left runs as far as the quota
 * reaches, the rest is left. The kernel's view of it goes the way of every report.
 *
 * - A container that had nothing to do reports nothing, as the kernel's timer then stands still.
 * - A container that needs more pages than its limit raises an OOM event; under a scheduler that does not listen to
 *   such events it is killed and begins anew.
 * - Who was killed for want of pages begins anew, too: it joins again once its cold start is over.
 */
export function takeDemand(event: EventOf<'demand'>, context: ControllerContext, answersOom: boolean): void {
  const { rows, nowUs } = context;
  rows.run('insert into demand_replay (demand_replay_id) values (1) on conflict do nothing');
  rejoin(context);
  run(event, context);
  const served = rows.all(
    `select demand_period.container_id, used_us, throttled, need_pages, demand_period.usage_pages,
       demand_period.limit_pages, down_us,
       demand_period.quota_us * (demand_replay.period_us - down_us) / demand_replay.period_us - used_us as unused_us,
       application.memory_limit_pages > 0 and need_pages > demand_period.limit_pages and down_us = 0 as is_oom
     from demand_period
     cross join demand_replay
     join container on container.container_id = demand_period.container_id and container.ended_us is null
     join application on application.application_id = container.application_id
     where at_us = ?
     order by demand_period.container_id`,
    nowUs,
  );
  report(served, context);
  const oom = served.filter((record) => record['is_oom'] === 1);
  if (oom.length === 0) return;
  if (answersOom) for (const record of oom) raiseOom(record, context);
  else
    restart(
      oom.map((record) => integerOf(record, 'container_id')),
      'oom',
      context,
    );
}

/** Writes the period's rows and what is left after it. */
function run(event: EventOf<'demand'>, { rows, nowUs }: ControllerContext): void {
  const { containers, workUs, needPages } = event;
  const told = JSON.stringify(
    containers.map((container, at) => [container, workUs[at], needPages?.[at] ?? null]),
  );
  rows.run(
    `insert into demand_period
       (at_us, container_id, arrived_us, used_us, backlog_us, quota_us, throttled, need_pages, usage_pages, limit_pages,
        down_us)
     with
     told as materialized (
       select value ->> 0 as container_id, value ->> 1 as work_us, value ->> 2 as need_pages from json_each(?)
     ),
     wanted as (
       select
         container.container_id,
         coalesce(told.work_us, 0) as arrived_us,
         coalesce(told.work_us, 0) + coalesce(demand_state.backlog_us, 0) as wanted_us,
         container.quota_us,
         coalesce(told.need_pages, demand_state.need_pages, 0) as need_pages,
         container.limit_pages,
         application.memory_limit_pages > 0 as has_memory,
         iif(
           container.ended_us is null,
           max(0, min(period_us, coalesce(down_until_us, 0) - (? - period_us))),
           period_us) as down_us,
         period_us
       from container
       join application on application.application_id = container.application_id
       cross join demand_replay
       left join told on told.container_id = container.container_id
       left join demand_state on demand_state.container_id = container.container_id
       where (container.ended_us is null or container.state = 'KILLED')
         and (told.container_id is not null or demand_state.container_id is not null)
     )
     select
       ?,
       container_id,
       arrived_us,
       min(wanted_us, quota_us * (period_us - down_us) / period_us),
       max(0, wanted_us - quota_us * (period_us - down_us) / period_us),
       quota_us,
       wanted_us > quota_us * (period_us - down_us) / period_us and down_us < period_us,
       need_pages,
       case when down_us > 0 then 0 when has_memory then min(need_pages, limit_pages) else need_pages end,
       limit_pages,
       down_us
     from wanted`,
    told,
    nowUs,
    nowUs,
  );
  rows.run(
    `insert into demand_state (container_id, backlog_us, need_pages)
     select container_id, backlog_us, need_pages from demand_period where at_us = ?
     on conflict do update set backlog_us = excluded.backlog_us, need_pages = excluded.need_pages`,
    nowUs,
  );
}

/** Hands the kernel's view of the period on. */
function report(served: readonly SqlRecord[], context: ControllerContext): void {
  const column = (records: readonly SqlRecord[], name: string): number[] =>
    records.map((record) => integerOf(record, name));
  takeUsage(column(served, 'container_id'), column(served, 'usage_pages'), context);
  const busy = served.filter((record) => record['used_us'] !== 0 || record['throttled'] !== 0);
  takePeriod(
    {
      type: 'period',
      period: null,
      containers: column(busy, 'container_id'),
      unusedUs: column(busy, 'unused_us'),
      throttled: column(busy, 'throttled'),
      isCumulative: false,
      quotaUs: null,
      usagePages: null,
    },
    context,
  );
}

/** The same as an `oom` event. */
function raiseOom(record: SqlRecord, context: ControllerContext): void {
  const { rows, nowUs } = context;
  const row = livingContainer(rows, integerOf(record, 'container_id'));
  advance(row, { type: 'oom' }, context);
  rows.run(
    `insert into quota_signal (kind, at_us, container_id, application_id, need_pages, usage_pages)
     values ('oom', ?, ?, ?, ?, ?)`,
    nowUs,
    row.id,
    row.application,
    integerOf(record, 'need_pages') - integerOf(record, 'limit_pages'),
    integerOf(record, 'usage_pages'),
  );
}

/** Containers that were killed and whose cold start is over ask for what they were profiled at. */
function rejoin(context: ControllerContext): void {
  const { rows, nowUs } = context;
  const ready = rows.all(
    `select container.container_id, container.application_id, host_id, priority,
       coalesce(container_profile.work_us, parameter_set.wake_quota_us) as quota_us,
       max(demand_state.need_pages, coalesce(container_profile.need_pages, 0)) as limit_pages
     from container
     join demand_state on demand_state.container_id = container.container_id
     join application on application.application_id = container.application_id
     join parameter_set on parameter_set.parameter_set_id = application.parameter_set_id
     cross join demand_replay
     left join container_profile on container_profile.container_id = container.container_id
     where container.state = 'KILLED' and container.ended_us + cold_start_us <= ?
     order by container.container_id`,
    nowUs,
  );
  for (const record of ready) {
    join(
      {
        type: 'join',
        container: integerOf(record, 'container_id'),
        application: integerOf(record, 'application_id'),
        quotaUs: Math.max(1, integerOf(record, 'quota_us')),
        limitPages: integerOf(record, 'limit_pages'),
        usagePages: 0,
        host: record['host_id'] === null ? null : integerOf(record, 'host_id'),
        priority: integerOf(record, 'priority'),
        name: null,
      },
      context,
    );
  }
}
