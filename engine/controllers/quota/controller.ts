import { must } from '../../base/assert.js';
import type { SqlRecord } from '../../base/sql-value.js';
import type {
  Batch,
  Controller,
  ControllerContext,
  Decision,
  LoopEvent,
  Rows,
} from '../../loop/controller.js';
import { integerOf } from './container-row.js';
import { QUOTA_EVENTS } from './decode.js';
import { decideByFormulae } from './paper.js';
import { receive } from './receive.js';
import { decideOneByOne, decideByRules } from './ref.js';
import { settle } from './settle.js';
import { closeSignals, giveUp } from './signals.js';

/** Escra's reallocation of CPU quotas and memory limits while containers run (thesis 4 and 5). */
export const quota: Controller = {
  name: 'quota',
  tables: ['container'],
  events: QUOTA_EVENTS,
  schedulers: {
    ref: { kind: 'direct', decide: decideByRules },
    paper: { kind: 'direct', decide: decideByFormulae },
    'one-by-one': { kind: 'direct', decide: decideOneByOne },
  },
  defaultScheduler: 'ref',
  checks: ['policies/quota/base'],
  // A period is decided as soon as its reports are there (thesis 5.3).
  trigger: { kind: 'batch', delayUs: 0, requests: 1 },
  receive,
  mustWait,
  waiting,
  defer: (keys, _reason, context) =>
    giveUp(
      keys.map((key) => integerOf(key, 'quota_signal_id')),
      context,
    ),
  readmit: () => undefined,
  commit,
  metrics,
};

function waiting(rows: Rows): Batch {
  const records = rows.all(
    'select quota_signal_id, at_us from quota_signal where decided_us is null order by quota_signal_id',
  );
  const [first] = records;
  return {
    table: 'quota_signal',
    keys: records.map((record) => ({ quota_signal_id: integerOf(record, 'quota_signal_id') })),
    oldestUs: first === undefined ? null : integerOf(first, 'at_us'),
  };
}

/**
 * Events count in the order they come. Only like ones may wait together: OOM events, and periods that report of
 * different containers; both are decided in their order.
 */
function mustWait(event: LoopEvent, rows: Rows): boolean {
  const kind = event.type;
  if (kind !== 'oom' && kind !== 'period') return true;
  if (
    rows.get('select 1 from quota_signal where decided_us is null and kind <> ? limit 1', kind) !== undefined
  )
    return true;
  if (kind === 'oom') return false;
  const known = rows.get(
    'select 1 from cpu_report where container_id in (select value from json_each(?)) limit 1',
    JSON.stringify(event.fields['containers'] ?? null),
  );
  return known !== undefined;
}

/** Puts in force what was decided, and tells the rule of what no rule has told yet: that of the scheduler's name. */
function commit(decisions: readonly Decision[], context: ControllerContext, batch: Batch): void {
  const { rows, nowUs, scheduler } = context;
  const containers = [...new Set(decisions.map(({ key }) => integerOf(key, 'container_id')))];
  const json = JSON.stringify(containers);
  for (const [resource, column] of [
    ['cpu', 'quota_us'],
    ['memory', 'limit_pages'],
  ] as const) {
    rows.run(
      `insert into quota_decision
         (at_us, container_id, application_id, rule, resource, from_value, to_value, cause)
       select ?, container_id, application_id, ?, ?, ${column}, controllable_${column}, 'solve'
       from container
       where container_id in (select value from json_each(?)) and ${column} <> controllable_${column}
         and controllable_${column} is not (
           select to_value from quota_decision
           where quota_decision.container_id = container.container_id and resource = ?
           order by quota_decision_id desc limit 1)
       order by container_id`,
      nowUs,
      scheduler,
      resource,
      json,
      resource,
    );
  }
  settle(containers, context);
  closeSignals(
    batch.keys.map((key) => ({ id: integerOf(key, 'quota_signal_id') })),
    context,
  );
}

function metrics(rows: Rows): Readonly<Record<string, number | null>> {
  const record: SqlRecord = must(rows.get('select * from quota_metrics'), 'the row of quota_metrics');
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, value === null ? null : Number(value)]),
  );
}
