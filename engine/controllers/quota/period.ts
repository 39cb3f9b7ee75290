import { integerOf } from '../../base/integer-column.js';
import { must } from '../../base/assert.js';
import type { SqlValue } from '../../base/sql-value.js';
import type { ControllerContext } from '../../loop/controller.js';
import { step } from '../../machine/step.js';
import type { EventOf } from './decode.js';
import { MAX_ID, MAX_PAGES, MAX_US } from './decode.js';
import { note } from './decision-row.js';
import { insertMany } from './insert-many.js';
import { containerMachine } from './machine.js';

/**
 * Takes in the CPU reports of one period: good ones wait for a decision and enter the windows, bad ones become a
 * decision row each and nothing else.
 *
 * A window counts samples, not periods: a lost report leaves no hole in it.
 */
export function takePeriod(event: EventOf<'period'>, context: ControllerContext): void {
  const { rows, nowUs } = context;
  const last = must(rows.get('select coalesce(max(quota_signal_id), 0) as id from quota_signal'), 'a row');
  const signal = integerOf(last, 'id') + 1;
  stage(event, signal, context);
  dropBad(signal, context);
  if (event.isCumulative) subtract(signal, context);
  startRunning(signal, context);
  const count = sample(signal, context);
  rows.run(
    `insert into quota_signal (quota_signal_id, kind, at_us, report_count, decided_us) values (?, 'period', ?, ?, ?)`,
    signal,
    nowUs,
    count,
    count === 0 ? nowUs : null,
  );
  if (event.usagePages !== null) takeUsage(event.containers, event.usagePages, context);
  // What falls due with time follows the reports, so that who has just reported is not idle.
  for (const [kind, mark, interval] of TIMED) {
    const due = `${interval} > 0 and ? - ${mark} >= ${interval}`;
    const made = rows.run(
      `insert into quota_signal (kind, at_us, parameter_set_id)
       select '${kind}', ?, parameter_set_id from parameter_set where ${due} order by parameter_set_id`,
      nowUs,
      nowUs,
    );
    if (made > 0) rows.run(`update parameter_set set ${mark} = ? where ${due}`, nowUs, nowUs);
  }
}

/** What periods bring along: kind of the signal, column that tells when last, column that tells how often. */
const TIMED = [
  ['idle', 'idle_checked_us', 'idle_check_us'],
  ['reclaim', 'reclaimed_us', 'reclaim_us'],
] as const;

const STAGED = [
  'container_id',
  'quota_signal_id',
  'position',
  'period',
  'unused_us',
  'throttled',
  'reported_quota_us',
];

/** Puts the reports whose values are values into `cpu_report`. */
function stage(event: EventOf<'period'>, signal: number, context: ControllerContext): void {
  const { containers, unusedUs, throttled, quotaUs, period } = event;
  const good: SqlValue[] = [];
  const seen = new Set<number>();
  containers.forEach((container, position) => {
    const unused = unusedUs[position];
    const count = throttled[position];
    const quota = quotaUs === null ? null : (quotaUs[position] ?? null);
    if (!isWhole(container, MAX_ID)) {
      note(context, { container: null, rule: 'bad_value', signal, cause: 'period', detail: position });
    } else if (
      !isWhole(unused, MAX_US) ||
      !isWhole(count, MAX_US) ||
      !(quota === null || isWhole(quota, MAX_US))
    ) {
      note(context, { container, rule: 'bad_value', signal, cause: 'period', detail: position });
    } else if (seen.has(container)) {
      note(context, { container, rule: 'duplicate_report', signal, cause: 'period', detail: position });
    } else {
      seen.add(container);
      good.push(container, signal, position, period, unused, count, quota);
    }
  });
  insertMany(context.rows, 'cpu_report', STAGED, good);
}

function isWhole(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= max;
}

/** Drops reports of containers that nobody knows, and of periods that were reported before. */
function dropBad(signal: number, context: ControllerContext): void {
  const { rows } = context;
  const bad = rows.all(
    `select
       cpu_report.container_id,
       container.application_id,
       cpu_report.period,
       case
         when container.container_id is null or container.ended_us is not null then 'unknown_container'
         when cpu_report.period = cpu_period.period then 'duplicate_report'
         else 'out_of_order'
       end as rule
     from cpu_report
     left join container on container.container_id = cpu_report.container_id
     left join cpu_period on cpu_period.container_id = cpu_report.container_id
     where cpu_report.quota_signal_id = ?
       and (container.container_id is null or container.ended_us is not null or cpu_report.period <= cpu_period.period)
     order by cpu_report.position`,
    signal,
  );
  for (const record of bad) {
    const container = integerOf(record, 'container_id');
    note(context, {
      container,
      application: record['application_id'] === null ? null : integerOf(record, 'application_id'),
      rule: String(record['rule']),
      signal,
      cause: 'period',
      ...(record['period'] === null ? {} : { detail: integerOf(record, 'period') }),
    });
    rows.run('delete from cpu_report where container_id = ?', container);
  }
}

/**
 * Turns counts since a container began into counts of the period. A count that fell began anew, as the container did;
 * the first count of all says nothing about its period.
 */
function subtract(signal: number, { rows, nowUs }: ControllerContext): void {
  rows.run(
    `insert into quota_decision (at_us, container_id, application_id, rule, quota_signal_id, cause, detail)
     select ?, container_id, container.application_id, 'counter_reset', cpu_report.quota_signal_id, 'period', cpu_report.throttled
     from cpu_report join cpu_period using (container_id) join container using (container_id)
     where cpu_report.quota_signal_id = ? and cpu_report.throttled < cpu_period.nr_throttled
     order by cpu_report.position`,
    nowUs,
    signal,
  );
  rows.run(
    `update cpu_period set nr_throttled = cpu_report.throttled, throttled = case
       when nr_throttled is null then 0
       when cpu_report.throttled < nr_throttled then cpu_report.throttled
       else cpu_report.throttled - nr_throttled
     end
     from cpu_report
     where cpu_report.container_id = cpu_period.container_id and cpu_report.quota_signal_id = ?`,
    signal,
  );
  rows.run(
    `update cpu_report set throttled = cpu_period.throttled
     from cpu_period
     where cpu_period.container_id = cpu_report.container_id and cpu_report.quota_signal_id = ?`,
    signal,
  );
}

/** The first report of a container is a step of its life cycle, the same one for all: taken once, written for each. */
function startRunning(signal: number, { rows }: ControllerContext): void {
  if (rows.get(`select 1 from container where state = 'DEPLOYED' limit 1`) === undefined) return;
  const { state } = step(
    containerMachine,
    { state: 'DEPLOYED', context: { container: 0 } },
    { type: 'report' },
  );
  rows.run(
    `update container set state = ?
     where state = 'DEPLOYED' and container_id in (select container_id from cpu_report where quota_signal_id = ?)`,
    state,
    signal,
  );
}

/** Enters the waiting reports into the windows, but for those that tell another quota; gives their number. */
function sample(signal: number, { rows, nowUs }: ControllerContext): number {
  const count = rows.run(
    `update cpu_period set
       silent_us = ? - reported_us,
       reported_us = ?,
       period = coalesce(report.period, cpu_period.period + 1),
       unused_us = report.unused_us,
       used_us = report.used_us,
       throttled = report.throttled,
       is_sampled = report.is_sampled,
       mismatch_count = iif(report.is_sampled, 0, mismatch_count),
       slot = report.slot,
       sample_count = iif(report.is_sampled, min(sample_count + 1, report.window_count), sample_count),
       throttle_sum = throttle_sum + iif(report.is_sampled, report.throttled - report.left_throttled, 0),
       unused_sum_us = unused_sum_us + iif(report.is_sampled, report.unused_us - report.left_unused_us, 0)
     from (
       select
         cpu_report.container_id,
         cpu_report.period,
         cpu_report.unused_us,
         max(0, coalesce(cpu_report.reported_quota_us, container.quota_us) - cpu_report.unused_us) as used_us,
         cpu_report.throttled,
         coalesce(cpu_report.reported_quota_us = container.quota_us, 1) as is_sampled,
         parameter_set.window_count,
         (past.slot + coalesce(cpu_report.reported_quota_us = container.quota_us, 1)) % parameter_set.window_count as slot,
         coalesce(cpu_sample.throttled, 0) as left_throttled,
         coalesce(cpu_sample.unused_us, 0) as left_unused_us
       from cpu_report
       join container on container.container_id = cpu_report.container_id
       join cpu_period as past on past.container_id = cpu_report.container_id
       join application on application.application_id = container.application_id
       join parameter_set on parameter_set.parameter_set_id = application.parameter_set_id
       left join cpu_sample
         on past.sample_count >= parameter_set.window_count
         and cpu_sample.slot = (past.slot + 1) % parameter_set.window_count
         and cpu_sample.container_id = cpu_report.container_id
       where cpu_report.quota_signal_id = ?
     ) as report
     where report.container_id = cpu_period.container_id`,
    nowUs,
    nowUs,
    signal,
  );
  keepSamples(signal, rows);
  return count;
}

/** Writes the newest samples over those that have left the windows. */
function keepSamples(signal: number, rows: ControllerContext['rows']): void {
  rows.run(
    `insert or replace into cpu_sample (slot, container_id, unused_us, throttled)
     select cpu_period.slot, cpu_period.container_id, cpu_period.unused_us, cpu_period.throttled
     from cpu_report
     join cpu_period on cpu_period.container_id = cpu_report.container_id
     where cpu_report.quota_signal_id = ? and cpu_period.is_sampled = 1`,
    signal,
  );
}

/** Writes down how many pages containers use. Usage beyond the limit is told, and stays what it is. */
export function takeUsage(
  containers: readonly unknown[],
  usagePages: readonly unknown[],
  context: ControllerContext,
): void {
  const { rows, nowUs } = context;
  const good: [number, number][] = [];
  containers.forEach((container, position) => {
    const usage = usagePages[position];
    // A report with a usage of null tells none.
    if (usage === null) return;
    if (isWhole(container, MAX_ID) && isWhole(usage, MAX_PAGES)) good.push([container, usage]);
    else {
      note(context, {
        container: isWhole(container, MAX_ID) ? container : null,
        rule: 'bad_value',
        cause: 'memory',
        detail: position,
      });
    }
  });
  const json = JSON.stringify(good);
  rows.run(
    `insert into quota_decision (at_us, container_id, application_id, rule, cause, detail)
     select ?, told.value ->> 0, container.application_id,
       iif(container.ended_us is null and container.container_id is not null, 'usage_above_limit', 'unknown_container'),
       'memory', told.value ->> 1
     from json_each(?) as told
     left join container on container.container_id = told.value ->> 0
     where container.container_id is null or container.ended_us is not null
       or (told.value ->> 1 > container.limit_pages and told.value ->> 1 > container.usage_pages)
     order by told.key`,
    nowUs,
    json,
  );
  rows.run(
    `update container set usage_pages = told.usage_pages
     from (select value ->> 0 as container_id, value ->> 1 as usage_pages from json_each(?)) as told
     where told.container_id = container.container_id and container.ended_us is null
       and told.usage_pages <> container.usage_pages`,
    json,
  );
}
