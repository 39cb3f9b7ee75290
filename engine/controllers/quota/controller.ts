import { integerOf } from '../../base/integer-column.js';
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
import { baselines } from './baselines/baselines.js';
import { steerContainers } from './cgroups.js';
import { comparison } from './comparison.js';
import { QUOTA_EVENTS } from './decode.js';
import { decideByFormulae } from './paper.js';
import { receive } from './receive.js';
import { decideOneByOne, decideByRules } from './ref.js';
import type { Change } from './settle.js';
import { putInForce } from './settle.js';
import { closeSignals, giveUp } from './signals.js';

const BASE = 'policies/quota/base';

/** Escra's reallocation of CPU quotas and memory limits while containers run (thesis 4 and 5). */
export const quota: Controller = {
  name: 'quota',
  tables: ['container'],
  events: QUOTA_EVENTS,
  schedulers: {
    ref: { kind: 'direct', decide: decideByRules },
    paper: { kind: 'direct', decide: decideByFormulae },
    rebalance: {
      kind: 'layered',
      direct: 'ref',
      paths: [BASE, 'policies/quota/extra/rebalance.sql'],
      everyTicks: 10,
    },
    'one-by-one': { kind: 'direct', decide: decideOneByOne },
    ...baselines,
  },
  defaultScheduler: 'ref',
  checks: [BASE],
  // A period is decided as soon as its reports are there (thesis 5.3).
  trigger: { kind: 'batch', delayUs: 0, requests: 1 },
  journalsTogether: true,
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
  steerCgroups: steerContainers,
  metrics,
  comparison,
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

/** Schedulers that tell of every change themselves. */
const TELLING: readonly string[] = ['ref', 'paper', 'one-by-one'];

/** Puts in force what was decided. What no rule has told of is told with the scheduler's name as its rule. */
function commit(decisions: readonly Decision[], context: ControllerContext, batch: Batch): void {
  const changes = decisions.flatMap(({ key, column, value, previous }): readonly Change[] => {
    const twin = column === 'controllable_quota_us' ? 'quota_us' : 'limit_pages';
    if (value === previous) return [];
    return [
      { container: integerOf(key, 'container_id'), column: twin, from: Number(previous), to: Number(value) },
    ];
  });
  if (!TELLING.includes(context.scheduler)) tell(changes, context);
  putInForce(changes, context);
  closeSignals(
    batch.keys.map((key) => ({ id: integerOf(key, 'quota_signal_id') })),
    context,
  );
}

/** Adds a decision row for each change, and empties the windows of what has another quota. */
function tell(changes: readonly Change[], { rows, nowUs, scheduler }: ControllerContext): void {
  const json = JSON.stringify(changes.map(({ container }) => container));
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
       order by container_id`,
      nowUs,
      scheduler,
      resource,
      json,
    );
  }
  rows.run(
    `update cpu_period set sample_count = 0, throttle_sum = 0, unused_sum_us = 0, is_sampled = 0
     where container_id in (
       select container_id from container
       where container_id in (select value from json_each(?)) and quota_us <> controllable_quota_us)`,
    json,
  );
}

function metrics(rows: Rows): Readonly<Record<string, number | null>> {
  const own: SqlRecord = must(rows.get('select * from quota_metrics'), 'the row of quota_metrics');
  // Without replayed demand there is no row.
  const record = { ...own, ...rows.get('select * from demand_metrics') };
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, value === null ? null : Number(value)]),
  );
}
