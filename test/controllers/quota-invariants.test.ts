import test from 'ava';
import fc from 'fast-check';
import type { EventFields, QuotaLoop } from '../helpers/quota-loop.js';
import { quotaLoop, solver } from '../helpers/quota-loop.js';

test.after.always(() => solver.close());

const SEED = 20261121;

/** What happens in one instant: reports first, then one other thing. Numbers pick among what is there. */
const instant = fc.record({
  reports: fc.array(
    fc.record({
      pick: fc.nat(7),
      unusedShare: fc.integer({ min: 0, max: 10 }),
      throttled: fc.constantFrom(0, 0, 0, 1, 1, 3),
      /** How the reported quota differs from the committed one; null: none is told. */
      off: fc.constantFrom(null, null, 0, 0, -10_000, 25_000),
    }),
    { maxLength: 8 },
  ),
  other: fc.constantFrom(
    'none',
    'none',
    'none',
    'none',
    'join',
    'exit',
    'idle_check',
    'memory',
    'oom',
    'reclaim',
    'limit',
    'acknowledge',
  ),
  pick: fc.nat(9),
  amount: fc.integer({ min: 1, max: 30 }),
  gapPeriods: fc.constantFrom(1, 1, 1, 1, 2, 25),
});
type Instant = typeof instant extends fc.Arbitrary<infer T> ? T : never;

const world = fc.record({
  applications: fc.integer({ min: 1, max: 2 }),
  coresPerContainer: fc.integer({ min: 3, max: 12 }),
  containers: fc.integer({ min: 1, max: 6 }),
  window: fc.constantFrom(1, 3, 10),
  hosts: fc.boolean(),
  awaits: fc.boolean(),
  instants: fc.array(instant, { minLength: 1, maxLength: 25 }),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

async function begin(one: World, scheduler: string): Promise<QuotaLoop> {
  const made = quotaLoop({ scheduler });
  const events: EventFields[] = [
    {
      type: 'parameters',
      name: 'tried',
      window_count: one.window,
      awaits_acknowledgement: one.awaits ? 1 : 0,
      idle_check_us: 0,
      reclaim_us: 0,
      margin_pages: 20,
      grant_pages: 15,
    },
  ];
  if (one.hosts) {
    for (const host of [1, 2]) {
      events.push({
        type: 'host',
        host,
        cpu_us: one.coresPerContainer * one.containers * 6_000,
        memory_pages: 900,
      });
    }
  }
  for (let application = 0; application < one.applications; application += 1) {
    events.push({
      type: 'application',
      application,
      cpu_us: one.coresPerContainer * one.containers * 10_000,
      memory_pages: one.containers * 100,
      parameters: 'tried',
    });
    for (let i = 0; i < one.containers; i += 1) {
      events.push({
        type: 'join',
        application,
        container: i * one.applications + application,
        quota_us: 20_000 + 15_000 * ((i * 7) % 5),
        limit_pages: 80,
        usage_pages: 30 + 10 * (i % 4),
        priority: i % 2,
        ...(one.hosts ? { host: 1 + ((i + application) % 2) } : {}),
      });
    }
  }
  await made.take(0, ...events);
  return made;
}

interface Report {
  readonly container: number;
  readonly unused: number;
  readonly throttled: number;
  readonly quota: number | null;
}

/** The reports of an instant, made for the state as it is. */
function reportsOf(made: QuotaLoop, { reports }: Instant): readonly Report[] {
  const living = made.rows('select container_id, quota_us from live_container order by container_id');
  const seen = new Set<number>();
  return reports.flatMap(({ pick, unusedShare, throttled, off }): readonly Report[] => {
    const row = living[pick % Math.max(1, living.length)];
    const container = Number(row?.['container_id'] ?? -1);
    if (row === undefined || seen.has(container)) return [];
    seen.add(container);
    const quota = Number(row['quota_us']);
    return [
      {
        container,
        unused: Math.floor((quota * unusedShare) / 10),
        throttled,
        quota: off === null ? null : Math.max(1, quota + off),
      },
    ];
  });
}

function periodEvent(reports: readonly Report[], period: number): EventFields {
  return {
    type: 'period',
    period,
    containers: reports.map((one) => one.container),
    unused_us: reports.map((one) => one.unused),
    throttled: reports.map((one) => one.throttled),
    quota_us: reports.map((one) => one.quota),
  };
}

function otherEvent(made: QuotaLoop, { other, pick, amount }: Instant): EventFields | null {
  const all = made.rows('select * from container order by container_id');
  const living = all.filter((row) => row['ended_us'] === null);
  const row = living[pick % Math.max(1, living.length)];
  const container = row?.['container_id'];
  switch (other) {
    case 'join': {
      const ended = all.find((one) => one['ended_us'] !== null);
      return {
        type: 'join',
        container: ended?.['container_id'] ?? 100 + all.length,
        application: 0,
        quota_us: amount * 10_000,
        limit_pages: amount * 5,
        usage_pages: amount,
      };
    }
    case 'idle_check':
    case 'reclaim':
      return { type: other };
    case 'limit': {
      const [pool] = made.rows('select * from application order by application_id');
      return {
        type: 'limit',
        application: 0,
        cpu_us: Math.max(1, Math.floor((Number(pool?.['cpu_limit_us']) * (70 + amount * 2)) / 100)),
        memory_pages: Math.floor((Number(pool?.['memory_limit_pages']) * (80 + amount)) / 100),
        mode: pick % 2 === 0 ? 'shed' : 'reject',
      };
    }
    case 'none':
      return null;
    default:
      if (container === undefined) return null;
      switch (other) {
        case 'exit':
          return { type: 'exit', container };
        case 'memory':
          return {
            type: 'memory',
            containers: [container],
            usage_pages: [Math.min(amount * 4, Number(row?.['limit_pages']))],
          };
        case 'oom':
          return { type: 'oom', container, need_pages: amount, usage_pages: Number(row?.['limit_pages']) };
        case 'acknowledge':
          return {
            type: 'acknowledge',
            containers: living.filter((_one, i) => i % 2 === pick % 2).map((one) => one['container_id']),
          };
      }
  }
}

/** State and decisions of a loop, without numbers that depend on how events were cut. */
function stateOf(made: QuotaLoop): unknown {
  const decisions = made.rows(
    `select application_id, container_id, at_us, rule, resource, from_value, to_value, detail from quota_decision order by quota_decision_id`,
  );
  const byApplication = new Map<unknown, unknown[]>();
  for (const row of decisions) {
    const of = byApplication.get(row['application_id']);
    if (of === undefined) byApplication.set(row['application_id'], [row]);
    else of.push(row);
  }
  return {
    containers: made.rows('select * from container order by container_id'),
    // Where an emptied window begins in its ring means nothing.
    periods: made
      .rows('select * from cpu_period order by container_id')
      .map((row) => ({ ...row, slot: null })),
    decisions: [...byApplication].sort(([a], [b]) => Number(a) - Number(b)),
  };
}

test(`a period decided at once is the same as report by report, and as one event per report (seed ${SEED})`, async (t) => {
  await fc.assert(
    fc.asyncProperty(world, async (one) => {
      const [whole, single, cut] = [
        await begin(one, 'ref'),
        await begin(one, 'one-by-one'),
        await begin(one, 'ref'),
      ];
      let period = 0;
      for (const step of one.instants) {
        period += step.gapPeriods;
        const atUs = period * 100_000;
        const reports = reportsOf(whole, step);
        if (reports.length > 0) {
          await whole.take(atUs, periodEvent(reports, period));
          await single.take(atUs, periodEvent(reports, period));
          await cut.take(atUs, ...reports.map((report) => periodEvent([report], period)));
        }
        const other = otherEvent(whole, step);
        if (other !== null) for (const made of [whole, single, cut]) await made.take(atUs, other);
        t.deepEqual(stateOf(single), stateOf(whole), `report by report, period ${period}`);
        t.deepEqual(stateOf(cut), stateOf(whole), `event by event, period ${period}`);
      }
      for (const { store } of [whole, single, cut]) store.close();
    }),
    { seed: SEED, numRuns: 40 },
  );
});

/** I1 and I5: nothing is given away twice. */
function sumsHold(made: QuotaLoop): readonly string[] {
  return made
    .rows(
      `select 'cpu' as what, application_id as id from cpu_pool where allocated_us > cpu_limit_us or (pool_us + allocated_us + quota_in_flight_us <> cpu_limit_us and pool_us > 0)
       union all
       select 'memory', application_id from memory_pool where allocated_pages > memory_limit_pages
       union all
       select 'host cpu', container_host.host_id from container_host join container using (host_id)
       group by container_host.host_id having sum(quota_us) > cpu_us or sum(limit_pages) > memory_pages
       union all
       select 'twin', container_id from container where quota_us <> controllable_quota_us or limit_pages <> controllable_limit_pages
       union all
       select 'quota', container_id from live_container where quota_us < 1`,
    )
    .map((row) => `${String(row['what'])} ${String(row['id'])}`);
}

for (const scheduler of ['ref', 'paper', 'rebalance']) {
  test(`sums hold, and no value changes without a row that tells it: ${scheduler} (seed ${SEED})`, async (t) => {
    await fc.assert(
      fc.asyncProperty(world, async (drawn) => {
        // The printed formulae know no machines.
        const one = scheduler === 'ref' ? drawn : { ...drawn, hosts: false };
        const made = await begin(one, scheduler);
        let period = 0;
        for (const step of one.instants) {
          period += step.gapPeriods;
          const atUs = period * 100_000;
          const before = new Map(
            made.rows('select * from live_container').map((row) => [row['container_id'], row]),
          );
          const mark = Number(
            made.rows('select max(quota_decision_id) as id from quota_decision')[0]?.['id'],
          );
          const reports = reportsOf(made, step);
          if (reports.length > 0) await made.take(atUs, periodEvent(reports, period));
          t.deepEqual(sumsHold(made), []);
          checkRules(made, mark, reports);
          const other = otherEvent(made, step);
          if (other !== null) await made.take(atUs, other);
          t.deepEqual(sumsHold(made), []);
          t.deepEqual(
            made.ticks.flatMap(({ refusals }) => refusals),
            [],
          );
          // I4: the rows tell the state.
          const told = new Map(
            [...before].map(([id, row]) => [id, { cpu: row['quota_us'], memory: row['limit_pages'] }]),
          );
          for (const row of made.rows(
            'select * from quota_decision where quota_decision_id > ? order by quota_decision_id',
            mark,
          )) {
            if (row['resource'] === null || row['to_value'] === null) continue;
            const of = told.get(row['container_id']) ?? { cpu: 0, memory: 0 };
            const key = row['resource'] as 'cpu' | 'memory';
            t.is(of[key], row['from_value'], `${String(row['rule'])} begins where the last ended`);
            told.set(row['container_id'], { ...of, [key]: row['to_value'] });
          }
          for (const row of made.rows('select * from live_container')) {
            t.deepEqual(told.get(row['container_id']), { cpu: row['quota_us'], memory: row['limit_pages'] });
          }
        }
        made.store.close();

        function checkRules(loop: QuotaLoop, since: number, reports: readonly Report[]): void {
          const byContainer = new Map(reports.map((report) => [report.container, report]));
          for (const row of loop.rows('select * from quota_decision where quota_decision_id > ?', since)) {
            const { rule, from_value: from, to_value: to } = row;
            if (row['resource'] !== 'cpu' || scheduler !== 'ref') continue;
            // I3: a quota rises for these reasons alone.
            if (Number(to) > Number(from))
              t.true(['scale_up', 'wake', 'fair_take', 'adopt_reported'].includes(String(rule)));
            // I2: what was used in the period is never taken away.
            const report = byContainer.get(Number(row['container_id']));
            if ((rule === 'scale_down' || rule === 'trim') && report !== undefined) {
              t.true(Number(to) >= Math.max(30_000, Number(from) - report.unused));
            }
          }
        }
      }),
      { seed: SEED + 1, numRuns: 25 },
    );
  });
}

test(`after a reclaim limits cover usage, and exceed it by the margin at most (seed ${SEED})`, async (t) => {
  await fc.assert(
    fc.asyncProperty(world, async (one) => {
      const made = await begin(one, 'ref');
      let period = 0;
      for (const step of one.instants) {
        period += 1;
        const other = otherEvent(made, step);
        if (other !== null) await made.take(period * 100_000, other, { type: 'reclaim' });
      }
      await made.take((period + 1) * 100_000, { type: 'reclaim' });
      const loose = made.rows(
        `select container_id from live_container where limit_pages - usage_pages > 20 or (limit_pages < usage_pages and container_id not in (select container_id from quota_decision where rule = 'usage_above_limit'))`,
      );
      t.deepEqual(loose, []);
      made.store.close();
    }),
    { seed: SEED + 2, numRuns: 25 },
  );
});

test(`who asks for pages that the others do not use is never killed (seed ${SEED})`, async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ limit: fc.integer({ min: 1, max: 60 }), usage: fc.nat(60) }), {
        minLength: 2,
        maxLength: 6,
      }),
      fc.nat(40),
      fc.integer({ min: 1, max: 80 }),
      async (containers, spare, need) => {
        const made = quotaLoop();
        const total = containers.reduce((sum, { limit }) => sum + limit, spare);
        await made.take(
          0,
          { type: 'parameters', margin_pages: 5, grant_pages: 10, idle_check_us: 0, reclaim_us: 0 },
          { type: 'application', application: 1, cpu_us: 1_000_000, memory_pages: total },
          ...containers.map(({ limit, usage }, i) => ({
            type: 'join',
            application: 1,
            container: i,
            quota_us: 1000,
            limit_pages: limit,
            usage_pages: Math.min(limit, usage),
          })),
        );
        const found = containers
          .slice(1)
          .reduce((sum, { limit, usage }) => sum + Math.max(0, limit - Math.min(limit, usage) - 5), spare);
        await made.take(100_000, { type: 'oom', container: 0, need_pages: need });
        const [row] = made.rows('select state from container where container_id = 0');
        t.is(row?.['state'], found >= need ? 'RUNNING' : 'KILLED');
        t.is(
          made.rows('select outcome from memory_event')[0]?.['outcome'],
          found >= need ? 'mem_grant' : 'oom_kill',
        );
        made.store.close();
      },
    ),
    { seed: SEED + 3, numRuns: 25 },
  );
});

/** A closed loop: each container runs at most its quota of what has arrived; the rest waits. */
async function closedLoop(
  made: QuotaLoop,
  period: number,
  demands: readonly number[],
  backlog: number[],
): Promise<void> {
  const quotas = made
    .rows('select container_id, quota_us from live_container order by container_id')
    .map((row) => Number(row['quota_us']));
  const work = demands.map((demand, i) => demand + (backlog[i] ?? 0));
  const ran = work.map((asked, i) => Math.min(asked, quotas[i] ?? 0));
  work.forEach((asked, i) => (backlog[i] = asked - (ran[i] ?? 0)));
  await made.take(period * 100_000, {
    type: 'period',
    containers: demands.map((_demand, i) => i),
    unused_us: quotas.map((quota, i) => quota - (ran[i] ?? 0)),
    throttled: work.map((asked, i) => (asked > (ran[i] ?? 0) ? 1 : 0)),
  });
}

async function begun(
  limitUs: number,
  quotas: readonly number[],
  parameters: Readonly<Record<string, number>> = {},
): Promise<QuotaLoop> {
  const made = quotaLoop();
  await made.take(
    0,
    { type: 'parameters', name: 'tried', idle_check_us: 0, reclaim_us: 0, ...parameters },
    { type: 'application', application: 1, cpu_us: limitUs, memory_pages: 0, parameters: 'tried' },
    ...quotas.map((quota, i) => ({ type: 'join', application: 1, container: i, quota_us: quota })),
  );
  return made;
}

test(`constant demand well within the limit is met, and then nothing changes any more (seed ${SEED})`, async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 150_000 }), { minLength: 1, maxLength: 4 }),
      async (demands) => {
        const needed = demands.reduce((sum, demand) => sum + Math.max(demand, 30_000), 0);
        const made = await begun(
          needed * 2 + 200_000,
          demands.map(() => 40_000),
        );
        const backlog = demands.map(() => 0);
        for (let period = 1; period <= 200; period += 1) await closedLoop(made, period, demands, backlog);
        const mark = Number(made.rows('select max(quota_decision_id) as id from quota_decision')[0]?.['id']);
        for (let period = 201; period <= 240; period += 1) await closedLoop(made, period, demands, backlog);
        t.deepEqual(made.rows('select * from quota_decision where quota_decision_id > ?', mark), []);
        t.deepEqual(
          backlog,
          demands.map(() => 0),
        );
        made.store.close();
      },
    ),
    { seed: SEED + 4, numRuns: 4 },
  );
});

test(`at an empty pool with everybody throttled nobody stays below the fair share (seed ${SEED})`, async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 6 }),
      fc.constantFrom(1, 4, 10),
      async (shares, window) => {
        const quotas = shares.map((share) => share * 10_000);
        const limit = quotas.reduce((sum, quota) => sum + quota, 0);
        const made = await begun(limit, quotas, { window_count: window });
        const demands = quotas.map(() => limit);
        const backlog = quotas.map(() => 0);
        const reports = Math.floor(window / 2) + 1;
        for (let period = 1; period <= reports; period += 1) await closedLoop(made, period, demands, backlog);
        const fair = Math.floor(limit / quotas.length);
        for (const row of made.rows('select quota_us from live_container'))
          t.true(Number(row['quota_us']) >= fair);
        made.store.close();
      },
    ),
    { seed: SEED + 5, numRuns: 15 },
  );
});

test(`a container that exits and joins again leaves the pools as they were (seed ${SEED})`, async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 300_000 }),
      fc.integer({ min: 1, max: 90 }),
      async (quota, limit) => {
        const made = await begun(400_000, [50_000]);
        await made.take(1, { type: 'limit', application: 1, memory_pages: 100 });
        const join = { type: 'join', application: 1, container: 7, quota_us: quota, limit_pages: limit };
        await made.take(2, join);
        const before = [...made.rows('select * from cpu_pool'), ...made.rows('select * from memory_pool')];
        await made.take(3, { type: 'exit', container: 7 });
        await made.take(4, join);
        t.deepEqual(
          [...made.rows('select * from cpu_pool'), ...made.rows('select * from memory_pool')],
          before,
        );
        made.store.close();
      },
    ),
    { seed: SEED + 6, numRuns: 15 },
  );
});

test(`ten times all times give ten times all quotas, up to rounding (seed ${SEED})`, async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.array(fc.record({ unused: fc.nat(9), throttled: fc.constantFrom(0, 0, 1) }), {
          minLength: 3,
          maxLength: 3,
        }),
        {
          minLength: 1,
          maxLength: 20,
        },
      ),
      async (periods) => {
        const quotas = [60_000, 90_000, 120_000];
        const small = await begun(500_000, quotas);
        const large = await begun(
          5_000_000,
          quotas.map((quota) => quota * 10),
          {
            slice_us: 300_000,
            trim_us: 50_000,
            quota_min_us: 300_000,
            wake_quota_us: 1_000_000,
            idle_quota_us: 300_000,
          },
        );
        for (const [at, reports] of periods.entries()) {
          const now = small
            .rows('select quota_us from live_container order by container_id')
            .map((row) => Number(row['quota_us']));
          const unused = reports.map((report, i) => Math.floor(((now[i] ?? 0) * report.unused) / 10));
          const throttled = reports.map((report) => report.throttled);
          const event = { type: 'period', containers: [0, 1, 2], throttled };
          await small.take((at + 1) * 100_000, { ...event, unused_us: unused });
          await large.take((at + 1) * 100_000, { ...event, unused_us: unused.map((us) => us * 10) });
          const then = large
            .rows('select quota_us from live_container order by container_id')
            .map((row) => Number(row['quota_us']));
          small.rows('select quota_us from live_container order by container_id').forEach((row, i) => {
            // Each decision rounds down once, by less than one microsecond of the small world.
            t.true(Math.abs((then[i] ?? 0) - Number(row['quota_us']) * 10) <= 10 * (at + 1) * 3);
          });
        }
        small.store.close();
        large.store.close();
      },
    ),
    { seed: SEED + 7, numRuns: 15 },
  );
});

test(`other numbers in the same order change nothing but the numbers (seed ${SEED})`, async (t) => {
  await fc.assert(
    fc.asyncProperty(world, async (one) => {
      const made = await begin({ ...one, applications: 1 }, 'ref');
      const named = await begin({ ...one, applications: 1 }, 'ref');
      const other = (id: unknown): number => Number(id) * 13 + 5;
      named.store.script('delete from cpu_period; delete from container; delete from quota_decision');
      for (const row of made.rows('select * from container order by container_id')) {
        await named.take(0, {
          type: 'join',
          application: 0,
          container: other(row['container_id']),
          quota_us: row['quota_us'],
          limit_pages: row['limit_pages'],
          usage_pages: row['usage_pages'],
          priority: row['priority'],
          host: row['host_id'],
        });
      }
      let period = 0;
      for (const step of one.instants) {
        period += step.gapPeriods;
        const reports = reportsOf(made, step);
        await made.take(period * 100_000, periodEvent(reports, period));
        await named.take(
          period * 100_000,
          periodEvent(
            reports.map((report) => ({ ...report, container: other(report.container) })),
            period,
          ),
        );
      }
      const quotas = (loop: QuotaLoop): unknown[] =>
        loop
          .rows('select quota_us, limit_pages from container order by container_id')
          .map((row) => ({ ...row }));
      t.deepEqual(quotas(named), quotas(made));
      made.store.close();
      named.store.close();
    }),
    { seed: SEED + 8, numRuns: 15 },
  );
});
