import { integerOf, nullableOf } from '../../base/integer-column.js';
import { must } from '../../base/assert.js';
import type { SqlRecord } from '../../base/sql-value.js';
import type { ControllerContext, Rows } from '../../loop/controller.js';
import { note } from './decision-row.js';
import { proposeQuota } from './propose.js';
import { roomOf } from './pools.js';

/** What the rules want for one report; see `ref_wish`. */
interface Wish {
  readonly signal: number;
  readonly container: number;
  readonly application: number;
  readonly host: number | null;
  readonly quotaUs: number;
  readonly rule: string | null;
  readonly wishUs: number;
  readonly poorRule: string | null;
  readonly poorWishUs: number;
  readonly isContested: boolean;
  readonly detail: number;
}

/** A report that waits for its turn. */
interface Turn {
  readonly signal: number;
  readonly position: number;
  readonly container: number;
}

/**
 * Decides the reports of these applications (null: of all) one after the other, in the order of signal and position.
 * Each sees the pools, quotas and windows that those before it have left.
 */
export function oneByOne(applications: readonly number[] | null, context: ControllerContext): void {
  const { rows } = context;
  const turns = turnsOf(rows, applications);
  for (const turn of turns) decideReport(turn, context);
}

/**
 * All reports of the applications, but for those that no rule speaks of and whose container nobody changes.
 * A change by another container's turn can only come to donors, and a donor's application is contested.
 */
function turnsOf(rows: Rows, applications: readonly number[] | null): readonly Turn[] {
  return rows
    .all(
      `select cpu_report.quota_signal_id, cpu_report.position, cpu_report.container_id
       from cpu_report join container on container.container_id = cpu_report.container_id
       where ? is null or container.application_id in (select value from json_each(?))
       order by cpu_report.quota_signal_id, cpu_report.position`,
      applications === null ? null : 1,
      JSON.stringify(applications ?? []),
    )
    .map((record) => ({
      signal: integerOf(record, 'quota_signal_id'),
      position: integerOf(record, 'position'),
      container: integerOf(record, 'container_id'),
    }));
}

function decideReport({ container, signal }: Turn, context: ControllerContext): void {
  const { rows } = context;
  let wish = wishOf(rows, container);
  const cause = { cause: 'period', signal };
  if (wish?.rule === 'quota_mismatch_ignored') {
    const { application, rule, detail } = wish;
    rows.run('update cpu_period set mismatch_count = mismatch_count + 1 where container_id = ?', container);
    note(context, { container, application, rule, detail, ...cause });
    return;
  }
  if (wish?.rule === 'adopt_reported') {
    adopt(wish, context);
    wish = wishOf(rows, container);
  }
  const isSampled = rows.get('select is_sampled from cpu_period where container_id = ?', container);
  if (integerOf(must(isSampled, 'a report of a known container'), 'is_sampled') === 0) {
    sampleOne(rows, container);
    wish = wishOf(rows, container);
  }
  if (wish === null || wish.rule === null) return;
  const { application, host, rule, quotaUs, wishUs, poorRule, poorWishUs, detail } = wish;
  const row = { id: container, application, quotaUs };
  if (wishUs < 0) {
    proposeQuota(row, quotaUs + wishUs, { rule, ...cause }, context);
    return;
  }
  const freeUs = Math.min(poolUs(rows, application), roomOf(rows, host).cpuUs);
  if (freeUs > 0) {
    proposeQuota(row, quotaUs + Math.min(wishUs, freeUs), { rule, ...cause }, context);
  } else if (poorRule !== 'starved') {
    if (poorRule !== null) proposeQuota(row, quotaUs + poorWishUs, { rule: poorRule, ...cause }, context);
  } else if (!wish.isContested || !takeFromRicher(wish, context)) {
    note(context, { container, application, rule: 'starved', detail, ...cause });
  }
}

/** Takes the reported quota for the true one, as far as the pool allows; where it does not, the quota is ordered anew. */
function adopt(wish: Wish, context: ControllerContext): void {
  const { rows } = context;
  const { container, application, host, quotaUs, signal } = wish;
  const report = must(
    rows.get('select reported_quota_us from cpu_report where container_id = ?', container),
    'the report that was read',
  );
  const reportedUs = integerOf(report, 'reported_quota_us');
  const freeUs = Math.min(poolUs(rows, application), roomOf(rows, host).cpuUs);
  const adoptedUs = Math.max(1, Math.min(reportedUs, quotaUs + freeUs));
  const cause = { cause: 'period', signal };
  rows.run('update cpu_period set mismatch_count = 0 where container_id = ?', container);
  // From here on the report speaks of the quota that is committed.
  rows.run('update cpu_report set reported_quota_us = null where container_id = ?', container);
  proposeQuota(
    { id: container, application, quotaUs },
    adoptedUs,
    { rule: 'adopt_reported', ...cause },
    context,
  );
  if (adoptedUs === reportedUs) return;
  note(context, { container, application, rule: 'reissue_quota', detail: adoptedUs, ...cause });
  context.emit({ type: 'reissue_quota', fields: { containers: [container], quota_us: [adoptedUs] } });
}

/**
 * At an empty pool a container below the fair share takes up to it from those above theirs: the lowest priority
 * first, then the richest. False where there is nothing to take.
 */
function takeFromRicher(wish: Wish, context: ControllerContext): boolean {
  const { rows } = context;
  const { container, application, host, quotaUs, signal } = wish;
  const pool = must(
    rows.get('select fair_share_us from proposed_pool where application_id = ?', application),
    'the pool of an application',
  );
  const fairUs = integerOf(pool, 'fair_share_us');
  const lackUs = fairUs - quotaUs;
  if (lackUs <= 0) return false;
  // A machine without room for all of it gains some only from its own containers.
  const sameHost = roomOf(rows, host).cpuUs >= lackUs ? null : host;
  const donors = rows.all(
    `select container_id, controllable_quota_us from container
     where application_id = ? and ended_us is null and controllable_quota_us > ? and (? is null or host_id = ?)
     order by priority, controllable_quota_us desc, container_id`,
    application,
    fairUs,
    sameHost,
    sameHost,
  );
  let rest = lackUs;
  for (const record of donors) {
    if (rest === 0) break;
    const donor = {
      id: integerOf(record, 'container_id'),
      application,
      quotaUs: integerOf(record, 'controllable_quota_us'),
    };
    const us = Math.min(rest, donor.quotaUs - fairUs);
    proposeQuota(donor, donor.quotaUs - us, { rule: 'fair_give', cause: 'period', signal }, context);
    rest -= us;
  }
  if (rest === lackUs) return false;
  const row = { id: container, application, quotaUs };
  proposeQuota(row, fairUs - rest, { rule: 'fair_take', cause: 'period', signal }, context);
  return true;
}

function poolUs(rows: Rows, application: number): number {
  const pool = rows.get('select cpu_us from proposed_pool where application_id = ?', application);
  return integerOf(must(pool, 'the pool of an application'), 'cpu_us');
}

/** Null where no rule speaks. */
function wishOf(rows: Rows, container: number): Wish | null {
  const record = rows.get('select * from ref_wish where container_id = ?', container);
  if (record === undefined) return null;
  return {
    signal: integerOf(record, 'quota_signal_id'),
    container,
    application: integerOf(record, 'application_id'),
    host: nullableOf(record, 'host_id'),
    quotaUs: integerOf(record, 'quota_us'),
    rule: textOf(record, 'rule'),
    wishUs: integerOf(record, 'wish_us'),
    poorRule: textOf(record, 'poor_rule'),
    poorWishUs: integerOf(record, 'poor_wish_us'),
    isContested: integerOf(record, 'is_contested') === 1,
    detail: integerOf(record, 'detail'),
  };
}

function textOf(record: SqlRecord, column: string): string | null {
  return record[column] === null ? null : String(record[column]);
}

/** Enters a report into its container's window at its turn, where it could not enter when it came. */
export function sampleOne(rows: Rows, container: number): void {
  rows.run(
    `update cpu_period set
       is_sampled = 1,
       mismatch_count = 0,
       slot = past.slot,
       sample_count = min(sample_count + 1, past.window_count),
       throttle_sum = throttle_sum + cpu_period.throttled - past.left_throttled,
       unused_sum_us = unused_sum_us + cpu_period.unused_us - past.left_unused_us
     from (
       select
         window.window_count,
         (own.slot + 1) % window.window_count as slot,
         coalesce(cpu_sample.throttled, 0) as left_throttled,
         coalesce(cpu_sample.unused_us, 0) as left_unused_us
       from (
         select container.container_id, parameter_set.window_count
         from container
         join application using (application_id)
         join parameter_set using (parameter_set_id)
         where container.container_id = ?
       ) as window
       join cpu_period as own on own.container_id = window.container_id
       left join cpu_sample
         on own.sample_count >= window.window_count
         and cpu_sample.slot = (own.slot + 1) % window.window_count
         and cpu_sample.container_id = window.container_id
     ) as past
     where cpu_period.container_id = ?`,
    container,
    container,
  );
  rows.run(
    `insert into cpu_sample (slot, container_id, unused_us, throttled)
     select slot, container_id, unused_us, throttled from cpu_period where container_id = ? and true
     on conflict (slot, container_id) do update set
       unused_us = excluded.unused_us,
       throttled = excluded.throttled`,
    container,
  );
}
