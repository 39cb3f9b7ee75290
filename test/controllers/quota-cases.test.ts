import { readFileSync } from 'node:fs';
import test from 'ava';
import { must } from '../../engine/base/assert.js';
import type { EventFields, QuotaLoop } from '../helpers/quota-loop.js';
import { quotaLoop, solver } from '../helpers/quota-loop.js';

test.after.always(() => solver.close());

type Rational = readonly [number, number];

interface Case {
  readonly id: string;
  readonly title: string;
  readonly params: Readonly<Record<string, number | string | Rational>>;
  readonly initial: {
    readonly cpu_total_us: number;
    readonly mem_total_pages?: number;
    readonly containers: Readonly<Record<string, Initial>>;
  };
  readonly telemetry: readonly { readonly period: number; readonly events: readonly CaseEvent[] }[];
  readonly expect: {
    readonly after: readonly After[];
    readonly invariants: Readonly<Record<string, boolean>>;
  };
}

interface Initial {
  readonly quota_us: number;
  readonly mem_limit_pages?: number;
  readonly mem_usage_pages?: number;
}

interface CaseEvent {
  readonly type: string;
  readonly id?: string;
  readonly unused_us?: number;
  readonly throttled?: number;
  readonly demand_us?: number;
  readonly quota_us?: number;
  readonly mem_limit_pages?: number;
  readonly usage_pages?: number;
  readonly need_pages?: number;
}

interface After {
  readonly period: number;
  readonly quotas_us: Readonly<Record<string, number>>;
  readonly pool_us: number;
  readonly mem_limits_pages?: Readonly<Record<string, number>>;
  readonly mem_pool_pages?: number;
  readonly decisions: readonly Readonly<Record<string, unknown>>[];
}

const cases = JSON.parse(readFileSync('test/cases/escra.json', 'utf8')) as readonly Case[];

/** Names of a case in their order become numbers in the same order, so that ties break alike. */
function numbers({ initial, telemetry }: Case): Map<string, number> {
  const names = new Set(Object.keys(initial.containers));
  for (const { events } of telemetry) for (const { id } of events) if (id !== undefined) names.add(id);
  return new Map([...names].sort().map((name, at) => [name, at + 1]));
}

const ppm = (value: unknown): number => {
  const [over, under] = value as Rational;
  return (over * 1_000_000) / under;
};

function parametersOf({ params }: Case): EventFields {
  const number = (name: string): number => Number(params[name]);
  return {
    type: 'parameters',
    name: 'case',
    period_us: number('period_ms') * 1000,
    window_count: number('window'),
    slice_us: number('slice_us'),
    scale_up_rate_ppm: number('upsilon') * 1_000_000,
    scale_down_rate_ppm: ppm(params['kappa']),
    scale_down_threshold_ppm: ppm(params['gamma']),
    trim_us: number('trim_us'),
    quota_min_us: number('q_min_us'),
    fair_threshold_ppm: ppm(params['fair_th']),
    mismatch_count_max: number('mismatch_max'),
    idle_after_us: number('idle_ms') * 1000,
    idle_quota_us: number('idle_quota_us'),
    wake_quota_us: number('wake_quota_us'),
    grant_pages: number('mem_slice_pages'),
    margin_pages: number('delta_pages'),
    memory_handout_ppm: ppm(params['sigma']),
    limit_min_pages: number('mem_min_pages'),
    paper_threshold_us: number('paper_gamma_us'),
    paper_quota_min_us: number('paper_min_us'),
    // The cases say themselves when.
    idle_check_us: 0,
    reclaim_us: 0,
  };
}

/** One event after the other, in runs of reports that are one period. */
function traceEvents(
  events: readonly CaseEvent[],
  period: number,
  quotas: ReadonlyMap<number, number>,
  ids: ReadonlyMap<string, number>,
): EventFields[] {
  const trace: EventFields[] = [];
  let run: { container: number; unused: number; throttled: number; quota: number | null }[] = [];
  const close = (): void => {
    if (run.length === 0) return;
    trace.push({
      type: 'period',
      period,
      containers: run.map((one) => one.container),
      unused_us: run.map((one) => one.unused),
      throttled: run.map((one) => one.throttled),
      quota_us: run.map((one) => one.quota),
    });
    run = [];
  };
  for (const event of events) {
    const id = event.id === undefined ? 0 : must(ids.get(event.id), 'a name of the case');
    if (event.type === 'cpu') {
      const quota = quotas.get(id) ?? 0;
      const { demand_us: demand } = event;
      run.push({
        container: id,
        unused: demand === undefined ? (event.unused_us ?? 0) : Math.max(0, quota - demand),
        throttled: demand === undefined ? (event.throttled ?? 0) : demand > quota ? 1 : 0,
        quota: event.quota_us ?? null,
      });
      continue;
    }
    close();
    switch (event.type) {
      case 'join':
        trace.push({
          type: 'join',
          application: 1,
          container: id,
          quota_us: event.quota_us,
          limit_pages: event.mem_limit_pages ?? 0,
        });
        break;
      case 'exit':
        trace.push({ type: 'exit', container: id });
        break;
      case 'idle_check':
        trace.push({ type: 'idle_check' });
        break;
      case 'reclaim_tick':
        trace.push({ type: 'reclaim' });
        break;
      case 'mem':
        trace.push({ type: 'memory', containers: [id], usage_pages: [event.usage_pages] });
        break;
      case 'oom':
        trace.push({ type: 'oom', container: id, need_pages: event.need_pages ?? 1 });
        break;
      default:
        throw new Error(`${event.type} is no event of the cases`);
    }
  }
  close();
  return trace;
}

async function prepared(one: Case, scheduler: string, ids: ReadonlyMap<string, number>): Promise<QuotaLoop> {
  const made = quotaLoop({ scheduler });
  const { initial } = one;
  await made.take(
    0,
    parametersOf(one),
    {
      type: 'application',
      application: 1,
      cpu_us: initial.cpu_total_us,
      memory_pages: initial.mem_total_pages ?? 0,
      parameters: 'case',
    },
    ...Object.entries(initial.containers).map(([name, container]) => ({
      type: 'join',
      application: 1,
      container: must(ids.get(name), name),
      quota_us: container.quota_us,
      limit_pages: container.mem_limit_pages ?? 0,
      usage_pages: container.mem_usage_pages ?? 0,
    })),
  );
  made.store.script('update cpu_period set reported_us = 0');
  return made;
}

/** Decision rows as the cases write them: one for a life-cycle event about both resources. */
function decisionsAfter(made: QuotaLoop, mark: number, names: ReadonlyMap<number, string>): unknown[] {
  const found = made.rows(
    'select * from quota_decision where quota_decision_id > ? order by quota_decision_id',
    mark,
  );
  return found.flatMap((row): unknown[] => {
    const id = names.get(Number(row['container_id']));
    const { rule, resource, from_value: from, to_value: to, detail } = row;
    const memory = (): unknown =>
      found.find(
        (other) =>
          other['rule'] === rule &&
          other['container_id'] === row['container_id'] &&
          other['resource'] === 'memory',
      );
    const pages = (column: string): unknown =>
      (memory() as Record<string, unknown> | undefined)?.[column] ?? 0;
    switch (rule) {
      case 'join':
        return resource === 'cpu' ? [{ id, rule, to, mem: pages('to_value') }] : [];
      case 'exit':
        return resource === 'cpu' ? [{ id, rule, cpu: from, mem: pages('from_value') }] : [];
      case 'oom_kill':
        return resource === 'cpu' ? [{ id, rule, released: pages('from_value') }] : [];
      case 'admission_denied':
        return [{ id, rule, resource: resource === 'memory' ? 'mem' : 'cpu' }];
      case 'starved':
        return [{ id, rule, k: detail }];
      case 'quota_mismatch_ignored':
        return [{ id, rule, count: detail }];
      case 'unknown_container':
        return [{ id, rule }];
      default:
        return [{ id, rule, from, to }];
    }
  });
}

for (const scheduler of ['set-wise', 'one by one']) {
  for (const one of cases) {
    const isPaper = one.params['mode'] === 'paper';
    if (isPaper && scheduler !== 'set-wise') continue;
    const name = isPaper ? 'paper' : scheduler === 'set-wise' ? 'ref' : 'one-by-one';
    test(`${one.id}, ${scheduler}: ${one.title}`, async (t) => {
      const ids = numbers(one);
      const names = new Map([...ids].map(([text, id]) => [id, text]));
      const made = await prepared(one, name, ids);
      for (const [at, { period, events }] of one.telemetry.entries()) {
        const expected = must(one.expect.after[at], 'an expectation per period');
        t.is(expected.period, period);
        const mark = Number(
          must(made.rows('select max(quota_decision_id) as id from quota_decision')[0], 'a row')['id'],
        );
        const quotas = new Map(
          made
            .rows('select container_id, quota_us from live_container')
            .map((row) => [Number(row['container_id']), Number(row['quota_us'])]),
        );
        await made.take(period * 100_000, ...traceEvents(events, period, quotas, ids));
        const living = made.rows('select * from live_container order by container_id');
        const column = (key: string): Record<string, unknown> =>
          Object.fromEntries<unknown>(
            living.map((row) => [String(names.get(Number(row['container_id']))), row[key]]),
          );
        t.deepEqual(column('quota_us'), { ...expected.quotas_us }, `quotas after period ${period}`);
        t.deepEqual(column('controllable_quota_us'), { ...expected.quotas_us });
        const pool = must(made.rows('select * from cpu_pool')[0], 'the pool');
        t.is(pool['pool_us'], expected.pool_us);
        t.true(Number(pool['allocated_us']) <= Number(pool['cpu_limit_us']));
        if (expected.mem_limits_pages !== undefined)
          t.deepEqual(column('limit_pages'), { ...expected.mem_limits_pages });
        if (expected.mem_pool_pages !== undefined) {
          t.is(made.rows('select pool_pages from memory_pool')[0]?.['pool_pages'], expected.mem_pool_pages);
        }
        t.deepEqual(
          decisionsAfter(made, mark, names),
          [...expected.decisions],
          `decisions of period ${period}`,
        );
      }
      made.store.close();
    });
  }
}

test('there are 36 cases', (t) => {
  t.is(cases.length, 36);
});
