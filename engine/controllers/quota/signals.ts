import { integerOf, nullableOf } from '../../base/integer-column.js';
import type { Batch, ControllerContext, Rows } from '../../loop/controller.js';
import { advance, containerById } from './container-row.js';
import { note } from './decision-row.js';
import { end } from './life.js';
import { poolOf, roomOf } from './pools.js';
import { proposeLimit } from './propose.js';
import { reclaim } from './reclaim.js';

/** Something that waits for a decision; a row of `quota_signal`. */
export interface Signal {
  readonly id: number;
  readonly kind: 'period' | 'oom' | 'reclaim' | 'idle';
  readonly container: number | null;
  readonly application: number | null;
  readonly parameterSet: number | null;
  readonly needPages: number | null;
}

/** The signals of a batch, in the order they came. */
export function signalsOf(rows: Rows, batch: Batch): readonly Signal[] {
  return rows
    .all(
      `select quota_signal_id, kind, container_id, application_id, parameter_set_id, need_pages
       from json_each(?) as named join quota_signal on quota_signal.quota_signal_id = named.value
       where decided_us is null
       order by quota_signal_id`,
      JSON.stringify(batch.keys.map((key) => key['quota_signal_id'])),
    )
    .map((record) => ({
      id: integerOf(record, 'quota_signal_id'),
      kind: String(record['kind']) as Signal['kind'],
      container: nullableOf(record, 'container_id'),
      application: nullableOf(record, 'application_id'),
      parameterSet: nullableOf(record, 'parameter_set_id'),
      needPages: nullableOf(record, 'need_pages'),
    }));
}

/** Signals that were decided wait no more, and neither do their reports. */
export function closeSignals(
  signals: readonly Pick<Signal, 'id'>[],
  { rows, nowUs }: ControllerContext,
): void {
  const json = JSON.stringify(signals.map(({ id }) => id));
  rows.run(
    'update quota_signal set decided_us = ? where quota_signal_id in (select value from json_each(?)) and decided_us is null',
    nowUs,
    json,
  );
  const isLast = rows.get('select 1 from quota_signal where decided_us is null limit 1') === undefined;
  // Without a condition SQLite drops all rows at once.
  if (isLast) rows.run('delete from cpu_report');
  else rows.run('delete from cpu_report where quota_signal_id in (select value from json_each(?))', json);
}

/**
 * Grants pages to a container that asks for them: from the pool, else from what the others do not use. Where both
 * have less than is needed, the container is killed; what was reclaimed stays in the pool.
 */
export function answerOom(signal: Signal, context: ControllerContext): void {
  const { rows } = context;
  const { id, container, needPages } = signal;
  const cause = { cause: 'oom', signal: id };
  let row = container === null ? null : containerById(rows, container);
  if (row === null || row.hasEnded) return;
  const need = needPages ?? 1;
  const { host, application } = row;
  const freePages = (): number =>
    Math.min(poolOf(rows, application).memoryPages, roomOf(rows, host).memoryPages);
  let free = freePages();
  if (free < need) {
    row = advance(row, { type: 'reclaim' }, context);
    reclaim(application, row.id, { rule: 'reclaim', ...cause }, context);
    free = freePages();
  }
  if (free < need) {
    end(row, 'kill', { rule: 'oom_kill', ...cause, detail: row.limitPages }, context);
    return;
  }
  const granted = Math.min(integerOf(poolOf(rows, application).parameters, 'grant_pages'), free);
  proposeLimit(row, row.limitPages + granted, { rule: 'mem_grant', ...cause }, context);
  advance(row, { type: 'grant' }, context);
}

/** Takes back what containers do not use of their memory. */
export function reclaimAll(signal: Signal, context: ControllerContext): void {
  const applications = context.rows.all(
    `select distinct application_id from reclaimable
     where (? is null or application_id = ?) and (? is null or parameter_set_id = ?)
     order by application_id`,
    signal.application,
    signal.application,
    signal.parameterSet,
    signal.parameterSet,
  );
  for (const record of applications) {
    const cause = { rule: 'reclaim', cause: 'reclaim', signal: signal.id };
    reclaim(integerOf(record, 'application_id'), null, cause, context);
  }
}

/** Shrinks containers that have been silent for too long. */
export function idle(signal: Signal, { rows, nowUs }: ControllerContext): void {
  const { id, application, parameterSet } = signal;
  const json = JSON.stringify(
    rows
      .all(
        `select container_id from idle_container
         where (? is null or application_id = ?) and (? is null or parameter_set_id = ?)
           and ? - reported_us > idle_after_us
         order by container_id`,
        application,
        application,
        parameterSet,
        parameterSet,
        nowUs,
      )
      .map((record) => integerOf(record, 'container_id')),
  );
  if (json === '[]') return;
  rows.run(
    `insert into quota_decision
       (at_us, container_id, application_id, rule, resource, from_value, to_value, quota_signal_id, cause)
     select ?, container_id, application_id, 'idle_shrink', 'cpu', quota_us, idle_quota_us, ?, 'idle'
     from idle_container where container_id in (select value from json_each(?))
     order by container_id`,
    nowUs,
    id,
    json,
  );
  rows.run(
    `update cpu_period set sample_count = 0, throttle_sum = 0, unused_sum_us = 0, is_sampled = 0
     where container_id in (select value from json_each(?))`,
    json,
  );
  rows.run(
    `update container set controllable_quota_us = idle_container.idle_quota_us
     from idle_container
     where idle_container.container_id = container.container_id
       and container.container_id in (select value from json_each(?))`,
    json,
  );
}

/** Closes signals that nobody could decide, so that they do not wait for ever. */
export function giveUp(signals: readonly number[], context: ControllerContext): void {
  for (const id of signals)
    note(context, { container: null, rule: 'undecided', signal: id, cause: 'undecided' });
  closeSignals(
    signals.map((id) => ({ id })),
    context,
  );
}
