import { integerOf } from '../../base/integer-column.js';
import { must } from '../../base/assert.js';
import type { Batch, ControllerContext, Decision } from '../../loop/controller.js';
import { sampleOne } from './one-by-one.js';
import { decideSignals, lastDecision } from './ref.js';

/**
 * The formulae as printed (thesis 5.3), for comparison: `paper_wish` and `paper_grant`.
 * Windows are not emptied, idle containers are not known, and another reported quota is not looked at. Memory and
 * life cycle are those of the recommended rules. Capacities of machines are checked, not looked for.
 */
export function decideByFormulae(batch: Batch, context: ControllerContext): readonly Decision[] {
  return decideSignals(batch, context, (signals) => decidePeriods(signals, context));
}

function decidePeriods(signals: readonly number[], context: ControllerContext): void {
  const { rows, nowUs } = context;
  const mark = lastDecision(context);
  const first = must(signals[0], 'a signal');
  const last = must(signals.at(-1), 'a signal');
  const unsampled = rows.all(
    `select container_id from cpu_report join cpu_period using (container_id)
     where is_sampled = 0 and quota_signal_id between ? and ? order by container_id`,
    first,
    last,
  );
  for (const record of unsampled) sampleOne(rows, integerOf(record, 'container_id'));
  rows.run('delete from quota_proposal');
  rows.run(
    `insert into quota_proposal
       (container_id, application_id, host_id, quota_signal_id, quota_us, rule, wish_us, detail)
     select container_id, application_id, host_id, quota_signal_id, quota_us, rule, wish_us, detail
     from paper_wish
     where quota_signal_id between ? and ? and (wish_us <> 0 or rule = 'scale_up')
     order by quota_signal_id, position`,
    first,
    last,
  );
  rows.run(
    `insert into quota_decision
       (at_us, container_id, application_id, rule, resource, from_value, to_value, quota_signal_id, cause, detail)
     select ?, container_id, application_id, rule, iif(change_us = 0, null, 'cpu'), iif(change_us = 0, null, quota_us),
       iif(change_us = 0, null, quota_us + change_us), quota_signal_id, 'period', iif(change_us = 0, detail, null)
     from paper_grant
     where change_us <> 0 or rule = 'starved'
     order by quota_proposal_id`,
    nowUs,
  );
  rows.run(
    `update container set controllable_quota_us = decided.to_value
     from quota_decision as decided
     where decided.quota_decision_id > ? and decided.resource = 'cpu'
       and container.container_id = decided.container_id`,
    mark,
  );
  rows.run('delete from quota_proposal');
}
