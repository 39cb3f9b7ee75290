import { integerOf } from '../../base/integer-column.js';
import { must } from '../../base/assert.js';
import type { Batch, ControllerContext, Decision } from '../../loop/controller.js';
import { answerOom, idle, reclaimAll, signalsOf } from './signals.js';
import { oneByOne } from './one-by-one.js';

/**
 * The recommended rules: for each waiting signal, in the order they came, what `ref_wish` and `ref_grant` say.
 *
 * All reports of a period are decided set-wise. Applications where more than the pool decides (a quota to adopt,
 * a container below its fair share at an empty pool, a machine without room) are decided report by report, with the
 * same views; the result is that of deciding every report so.
 */
export function decideByRules(batch: Batch, context: ControllerContext): readonly Decision[] {
  return decideSignals(batch, context, (signals, isLast) => decidePeriods(signals, isLast, context));
}

/** The same, report by report: what the set-wise decision must equal. */
export function decideOneByOne(batch: Batch, context: ControllerContext): readonly Decision[] {
  return decideSignals(batch, context, (signals) => {
    propose(signals, context);
    oneByOne(null, context);
  });
}

/** Decides the signals of a batch in their order; periods that follow one another are handed over together. */
export function decideSignals(
  batch: Batch,
  context: ControllerContext,
  decideReports: (signals: readonly number[], isLast: boolean) => void,
): readonly Decision[] {
  const { rows } = context;
  // The rules begin at what is in force, whatever somebody else has proposed and not committed.
  rows.run(
    `update container set controllable_quota_us = quota_us, controllable_limit_pages = limit_pages
     where controllable_quota_us <> quota_us or controllable_limit_pages <> limit_pages`,
  );
  const mark = lastDecision(context);
  const signals = signalsOf(rows, batch);
  for (let at = 0; at < signals.length;) {
    const signal = must(signals[at], 'a signal');
    let next = at + 1;
    switch (signal.kind) {
      case 'period':
        while (signals[next]?.kind === 'period') next += 1;
        decideReports(
          signals.slice(at, next).map(({ id }) => id),
          next === signals.length,
        );
        break;
      case 'oom':
        answerOom(signal, context);
        break;
      case 'reclaim':
        reclaimAll(signal, context);
        break;
      case 'idle':
        idle(signal, context);
        break;
    }
    at = next;
  }
  return decisionsSince(mark, context);
}

/** Number of the newest row of `quota_decision`. */
export function lastDecision({ rows }: ControllerContext): number {
  return integerOf(
    must(rows.get('select coalesce(max(quota_decision_id), 0) as id from quota_decision'), 'a row'),
    'id',
  );
}

/** What has been proposed since that row of `quota_decision`, as cells: of several changes of one, first and last. */
function decisionsSince(mark: number, { rows }: ControllerContext): readonly Decision[] {
  const told = rows.all(
    `select quota_decision.container_id, resource, from_value, to_value
     from quota_decision
     where quota_decision_id > ? and resource is not null and to_value is not null
       -- Who was killed meanwhile has nothing any more, whatever was decided for it before.
       and not exists (
         select 1 from container
         where container.container_id = quota_decision.container_id and container.ended_us is not null)
     order by quota_decision_id`,
    mark,
  );
  const byCell = new Map<string, Decision>();
  for (const record of told) {
    const container = integerOf(record, 'container_id');
    const column = record['resource'] === 'cpu' ? 'controllable_quota_us' : 'controllable_limit_pages';
    const cell = `${column} ${container}`;
    const previous = byCell.get(cell)?.previous ?? integerOf(record, 'from_value');
    const value = integerOf(record, 'to_value');
    byCell.set(cell, { table: 'container', key: { container_id: container }, column, value, previous });
  }
  return [...byCell.values()].filter(({ value, previous }) => value !== previous);
}

/** Puts what the rules want for the reports of these signals into `quota_proposal`, in the order of the reports. */
function propose(signals: readonly number[], { rows }: ControllerContext): void {
  rows.run('delete from quota_proposal');
  rows.run(
    `insert into quota_proposal
       (container_id, application_id, host_id, quota_signal_id, quota_us, rule, wish_us, poor_rule, poor_wish_us,
        is_contested, detail)
     select container_id, application_id, host_id, quota_signal_id, quota_us, rule, wish_us, poor_rule, poor_wish_us,
       is_contested, detail
     from ref_wish
     where quota_signal_id between ? and ?
       and (wish_us <> 0 or rule in ('quota_mismatch_ignored', 'adopt_reported', 'scale_up'))
     order by quota_signal_id, position`,
    must(signals[0], 'a signal'),
    must(signals.at(-1), 'a signal'),
  );
}

function decidePeriods(signals: readonly number[], isLast: boolean, context: ControllerContext): void {
  const { rows } = context;
  propose(signals, context);
  const mark = lastDecision(context);
  const { tight, hard } = applicationsApart(context);
  // Where a pool has all that is wished, wishes are granted as they are; elsewhere the order decides.
  decide('(select *, wish_us as change_us from quota_proposal)', [...tight, ...hard], context);
  if (tight.length > 0) {
    rows.run(
      'delete from quota_proposal where application_id not in (select value from json_each(?))',
      JSON.stringify(tight),
    );
    const contested = rows
      .all('select distinct application_id from ref_grant where is_hard order by application_id')
      .map((record) => integerOf(record, 'application_id'));
    decide('ref_grant', contested, context);
    hard.push(...contested);
  }
  // The loop writes all proposals at the end; before that only what comes after reads them.
  if (!isLast || hard.length > 0) writeQuotas(mark, context);
  apply(mark, context);
  if (hard.length > 0) oneByOne(hard, context);
  rows.run('delete from quota_proposal');
}

/** Writes down what becomes of proposals, but for those of some applications. `from` has `change_us` beside them. */
function decide(from: string, except: readonly number[], { rows, nowUs }: ControllerContext): void {
  rows.run(
    `insert into quota_decision
       (at_us, container_id, application_id, rule, resource, from_value, to_value, quota_signal_id, cause, detail)
     select ?, container_id, application_id, rule, iif(change_us = 0, null, 'cpu'), iif(change_us = 0, null, quota_us),
       iif(change_us = 0, null, quota_us + change_us), quota_signal_id, 'period', iif(change_us = 0, detail, null)
     from ${from}
     where application_id not in (select value from json_each(?))
       and (change_us <> 0 or rule in ('quota_mismatch_ignored', 'starved'))
     order by quota_proposal_id`,
    nowUs,
    JSON.stringify(except),
  );
}

/**
 * Applications that cannot just be given what they wish. `tight`: their pool has less than that. `hard`: more than
 * the pool decides, so that they are decided one by one; on machines whose capacity is kept these are all whose
 * wishes meet on a machine that is short of room, or where a tight application wishes for something.
 */
function applicationsApart({ rows }: ControllerContext): {
  readonly tight: readonly number[];
  readonly hard: number[];
} {
  const numbers = (sql: string, ...parameters: readonly string[]): number[] =>
    rows.all(sql, ...parameters).map((record) => integerOf(record, 'application_id'));
  // A quota to adopt meets the pool of its turn; one that rises while a decrease of it is in flight takes less from it.
  const alone = numbers(
    `select application_id from quota_proposal where rule = 'adopt_reported'
     union
     select quota_proposal.application_id
     from quota_proposal join container using (container_id)
     where wish_us > 0 and in_flight_us > 0
       and exists (select 1 from parameter_set where awaits_acknowledgement = 1)
     order by 1`,
  );
  const tight = numbers(
    `select wished.application_id
     from (
       select application_id, sum(wish_us) as wish_us from quota_proposal where wish_us > 0 group by application_id
     ) as wished
     join proposed_pool on proposed_pool.application_id = wished.application_id
     where wished.wish_us > proposed_pool.cpu_us
     order by wished.application_id`,
  ).filter((application) => !alone.includes(application));
  if (rows.get('select 1 from container_host limit 1') === undefined) return { tight, hard: alone };
  const hard = numbers(
    `with recursive
     tight_host as (
       select wished.host_id
       from (
         select host_id, sum(wish_us) as wish_us
         from quota_proposal
         where host_id is not null and wish_us > 0
         group by host_id
       ) as wished
       join proposed_room on proposed_room.host_id = wished.host_id
       where wished.wish_us > proposed_room.cpu_us
     ),
     mover as (
       select distinct application_id, host_id
       from quota_proposal
       where host_id is not null and (wish_us <> 0 or rule = 'adopt_reported')
     ),
     hard(application_id) as (
       select value from json_each(?)
       union
       select application_id from mover where host_id in (select host_id from tight_host)
       union
       select other.application_id
       from hard
       join mover on mover.application_id = hard.application_id
       join mover as other on other.host_id = mover.host_id
     )
     select application_id from hard order by application_id`,
    JSON.stringify([...alone, ...tight]),
  );
  return { tight: [], hard };
}

/** Writes the quotas that were decided for reports since a row of `quota_decision`. */
function writeQuotas(mark: number, { rows }: ControllerContext): void {
  rows.run(
    `update container set controllable_quota_us = decided.to_value
     from quota_decision as decided
     where decided.quota_decision_id > ? and decided.resource = 'cpu' and container.container_id = decided.container_id`,
    mark,
  );
}

/** Empties the windows of quotas that were decided since a row of `quota_decision`, and counts what was ignored. */
function apply(mark: number, { rows }: ControllerContext): void {
  rows.run(
    `update cpu_period set sample_count = 0, throttle_sum = 0, unused_sum_us = 0, is_sampled = 0
     where container_id in (
       select container_id from quota_decision where quota_decision_id > ? and resource = 'cpu')`,
    mark,
  );
  rows.run(
    `update cpu_period set mismatch_count = mismatch_count + 1
     where container_id in (
       select container_id from quota_decision where quota_decision_id > ? and rule = 'quota_mismatch_ignored')`,
    mark,
  );
}
