import { must } from '../../base/assert.js';
import type { Batch, ControllerContext, Decision } from '../../loop/controller.js';
import { integerOf } from './container-row.js';
import { changedAmong } from './settle.js';
import { answerOom, closeSignals, idle, reclaimAll, signalsOf } from './signals.js';
import { oneByOne } from './one-by-one.js';

/**
 * The recommended rules: for each waiting signal, in the order they came, what `ref_wish` and `ref_grant` say.
 *
 * All reports of a period are decided set-wise. Applications where more than the pool decides (a quota to adopt,
 * a container below its fair share at an empty pool, a machine without room) are decided report by report, with the
 * same views; the result is that of deciding every report so.
 */
export function decideByRules(batch: Batch, context: ControllerContext): readonly Decision[] {
  return decideSignals(batch, context, (signals) => decidePeriods(signals, context));
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
  decideReports: (signals: readonly number[]) => void,
): readonly Decision[] {
  const { rows } = context;
  const mark = lastDecision(context);
  const signals = signalsOf(rows, batch);
  for (let at = 0; at < signals.length;) {
    const signal = must(signals[at], 'a signal');
    let next = at + 1;
    switch (signal.kind) {
      case 'period':
        while (signals[next]?.kind === 'period') next += 1;
        decideReports(signals.slice(at, next).map(({ id }) => id));
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
  closeSignals(signals, context);
  return decisionsSince(mark, context);
}

/** Number of the newest row of `quota_decision`. */
export function lastDecision({ rows }: ControllerContext): number {
  return integerOf(
    must(rows.get('select coalesce(max(quota_decision_id), 0) as id from quota_decision'), 'a row'),
    'id',
  );
}

/** What has been proposed since that row of `quota_decision`, as cells. */
function decisionsSince(mark: number, { rows }: ControllerContext): readonly Decision[] {
  const containers = rows
    .all(
      'select distinct container_id from quota_decision where quota_decision_id > ? and resource is not null',
      mark,
    )
    .map((record) => integerOf(record, 'container_id'));
  return changedAmong(rows, containers).flatMap((record) => {
    const key = { container_id: integerOf(record, 'container_id') };
    return (['quota_us', 'limit_pages'] as const).flatMap((twin): readonly Decision[] => {
      const column = `controllable_${twin}`;
      const value = integerOf(record, column);
      const previous = integerOf(record, twin);
      return value === previous ? [] : [{ table: 'container', key, column, value, previous }];
    });
  });
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

function decidePeriods(signals: readonly number[], context: ControllerContext): void {
  const { rows } = context;
  propose(signals, context);
  const hard = hardApplications(context);
  const mark = lastDecision(context);
  rows.run(
    `insert into quota_decision
       (at_us, container_id, application_id, rule, resource, from_value, to_value, quota_signal_id, cause, detail)
     select ?, container_id, application_id, rule, iif(change_us = 0, null, 'cpu'), iif(change_us = 0, null, quota_us),
       iif(change_us = 0, null, quota_us + change_us), quota_signal_id, 'period', iif(change_us = 0, detail, null)
     from ref_grant
     where application_id not in (select value from json_each(?))
       and (change_us <> 0 or rule in ('quota_mismatch_ignored', 'starved'))
     order by quota_proposal_id`,
    context.nowUs,
    JSON.stringify(hard),
  );
  apply(mark, context);
  if (hard.length > 0) oneByOne(hard, context);
  rows.run('delete from quota_proposal');
}

/** Writes what was decided for reports since a row of `quota_decision`; a new quota empties the window. */
function apply(mark: number, { rows }: ControllerContext): void {
  rows.run(
    `update container set controllable_quota_us = decided.to_value
     from quota_decision as decided
     where decided.quota_decision_id > ? and decided.resource = 'cpu' and container.container_id = decided.container_id`,
    mark,
  );
  rows.run(
    `update cpu_period set sample_count = 0, throttle_sum = 0, unused_sum_us = 0
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

/**
 * Applications whose reports have to be decided one by one. On a machine with less room than is wished there, and
 * where a hard application may take more than it wished, all that wish for something there are hard.
 */
function hardApplications({ rows }: ControllerContext): readonly number[] {
  const hard = rows.all(
    `with recursive
     tight as (
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
     riser as (
       select distinct application_id, host_id
       from quota_proposal
       where host_id is not null and (wish_us > 0 or rule = 'adopt_reported')
     ),
     hard(application_id) as (
       select application_id
       from ref_grant
       where is_hard and application_id in (
         select application_id from quota_proposal
         where is_contested or poor_wish_us < 0 or rule = 'adopt_reported')
       union
       select application_id from riser where host_id in (select host_id from tight)
       union
       select other.application_id
       from hard
       join riser on riser.application_id = hard.application_id
       join riser as other on other.host_id = riser.host_id
     )
     select application_id from hard order by application_id`,
  );
  return hard.map((record) => integerOf(record, 'application_id'));
}
