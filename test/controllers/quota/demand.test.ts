import test from 'ava';
import type { EventFields, QuotaLoop } from '../../helpers/quota-loop.js';
import { quotaLoop, solver } from '../../helpers/quota-loop.js';

test.after.always(() => solver.close());

const PERIOD = 100_000;

interface Setting {
  readonly scheduler?: string;
  /** Quota and limit of each container, from 1 on. */
  readonly containers: readonly (readonly [quotaUs: number, limitPages: number])[];
  readonly cpuUs?: number;
  readonly memoryPages?: number;
  readonly profile?: Readonly<Record<string, unknown>>;
  readonly parameters?: Readonly<Record<string, number>>;
}

/** An application with containers of these limits, and nothing that happens by time alone. */
async function begin(setting: Setting): Promise<QuotaLoop> {
  const { scheduler = 'ref', containers, cpuUs = 1_000_000, memoryPages = 100_000 } = setting;
  const loop = quotaLoop({ scheduler });
  const ids = containers.map((_limits, at) => at + 1);
  const events: EventFields[] = [
    { type: 'parameters', reclaim_us: 0, idle_check_us: 0, ...setting.parameters },
    { type: 'application', application: 1, cpu_us: cpuUs, memory_pages: memoryPages },
    ...containers.map(([quota, limit], at) => ({
      type: 'join',
      container: at + 1,
      application: 1,
      quota_us: quota,
      limit_pages: limit,
    })),
    {
      type: 'profile',
      containers: ids,
      work_us: containers.map(([quota]) => quota),
      need_pages: containers.map(([, limit]) => limit),
      ...setting.profile,
    },
  ];
  await loop.take(0, ...events);
  return loop;
}

/** One period after the other: the work that comes, and pages if any, by container. */
async function demand(
  loop: QuotaLoop,
  from: number,
  periods: readonly (readonly number[])[],
  pages?: readonly (readonly number[])[],
): Promise<void> {
  for (const [at, work] of periods.entries()) {
    const containers = work.map((_one, index) => index + 1);
    const need = pages?.[at];
    await loop.take((from + at) * PERIOD, {
      type: 'demand',
      containers,
      work_us: work,
      ...(need === undefined ? {} : { need_pages: need }),
    });
  }
}

const ran = (loop: QuotaLoop, columns: string): unknown[] =>
  loop
    .rows(`select ${columns} from demand_period order by at_us, container_id`)
    .map((row) => Object.values(row));

test('work runs up to the quota, what is left runs later, and nothing is lost', async (t) => {
  const loop = await begin({ scheduler: 'static-1.0', containers: [[50_000, 10]] });
  await demand(loop, 1, [[120_000], [0], [0], [0], [10_000]]);
  t.deepEqual(ran(loop, 'arrived_us, used_us, backlog_us, throttled'), [
    [120_000, 50_000, 70_000, 1],
    [0, 50_000, 20_000, 1],
    [0, 20_000, 0, 0],
    [0, 0, 0, 0],
    [10_000, 10_000, 0, 0],
  ]);
});

test('who has nothing to do reports nothing', async (t) => {
  const loop = await begin({
    containers: [
      [50_000, 10],
      [50_000, 10],
    ],
  });
  await demand(loop, 1, [
    [10_000, 0],
    [0, 0],
  ]);
  t.deepEqual(
    loop
      .rows('select container_id, period, unused_us from cpu_period order by container_id')
      .map((row) => Object.values(row)),
    [
      [1, 0, 40_000],
      [2, -1, 0],
    ],
  );
});

test('the rules see the throttling and answer it before the next period', async (t) => {
  const loop = await begin({
    containers: [[50_000, 10]],
    parameters: { scale_down_threshold_ppm: 999_999, trim_us: 99_999 },
  });
  await demand(loop, 1, [[200_000], [0], [0]]);
  // One throttle in ten: 20 * 30000 / 10 more; two in a row no longer, since the window was emptied.
  t.deepEqual(ran(loop, 'quota_us, used_us, backlog_us'), [
    [50_000, 50_000, 150_000],
    [110_000, 110_000, 40_000],
    [170_000, 40_000, 0],
  ]);
});

test('memory used is what is needed, up to the limit; beyond it the rules grant pages', async (t) => {
  const loop = await begin({ containers: [[50_000, 1000]], memoryPages: 10_000 });
  await demand(loop, 1, [[1000], [1000], [1000]], [[800], [1500], [1500]]);
  t.deepEqual(ran(loop, 'usage_pages, limit_pages, down_us'), [
    [800, 1000, 0],
    [1000, 1000, 0],
    [1500, 6000, 0],
  ]);
  t.deepEqual(
    loop.rows('select outcome from memory_event').map((row) => row['outcome']),
    ['mem_grant'],
  );
});

test('who finds no pages is killed, misses its cold start, and joins again', async (t) => {
  const loop = await begin({ containers: [[50_000, 1000]], memoryPages: 1000 });
  await demand(loop, 1, [[60_000], [10_000], [10_000], [10_000]], [[1500], [800], [800], [800]]);
  // Killed at 0.1 s with 10 ms of work left; the cold start of 171.2 ms is over before the fourth period ends.
  t.deepEqual(ran(loop, 'used_us, backlog_us, usage_pages, down_us'), [
    [50_000, 10_000, 1000, 0],
    [0, 20_000, 0, PERIOD],
    [30_000, 0, 800, 0],
    [10_000, 0, 800, 0],
  ]);
  t.is(
    loop.rows("select count(*) as n from quota_decision where rule = 'oom_kill' and resource = 'cpu'")[0]?.[
      'n'
    ],
    1,
  );
  t.is(loop.rows('select state from container')[0]?.['state'], 'RUNNING');
});

test('a scheduler that does not listen to OOM events sees its container killed and begun anew', async (t) => {
  const loop = await begin({ scheduler: 'static-1.0', containers: [[50_000, 1000]] });
  await demand(loop, 1, [[60_000], [10_000], [10_000], [0]], [[1500], [800], [800], [800]]);
  t.deepEqual(ran(loop, 'used_us, backlog_us, usage_pages, down_us'), [
    [50_000, 10_000, 1000, 0],
    [0, 20_000, 0, PERIOD],
    // 71.2 ms of the third period are start, so 28.8 % of the quota is there.
    [14_400, 15_600, 0, 71_200],
    [15_600, 0, 800, 0],
  ]);
  t.deepEqual(
    loop.rows('select container_id, reason from container_restart').map((row) => Object.values(row)),
    [[1, 'oom']],
  );
});

test('figures leave the warm-up out and take ranks, not means between them', async (t) => {
  const loop = await begin({
    scheduler: 'static-1.0',
    containers: [[50_000, 512]],
    profile: { measure_from_us: PERIOD },
  });
  await demand(loop, 1, [[50_000], [40_000], [20_000], [80_000], [0]], [[256], [256], [256], [256], [256]]);
  // Slack of the periods that count: 10, 30, 0 and 20 ms (the last one runs what was left).
  const [row = {}] = loop.rows('select * from demand_metrics');
  t.deepEqual(
    [
      row['cpu_slack_p50_cores'],
      row['cpu_slack_p99_cores'],
      row['memory_slack_p50_mib'],
      row['throttled_percent'],
      row['oom_kills'],
      row['changes'],
      row['mean_cores'],
      row['mean_mib'],
    ],
    [0.1, 0.3, 1, 25, 0, 0, 0.5, 2],
  );
  // 30 ms of work waited for one period; 140 ms were done.
  t.is(row['backlog_delay_ms'], (30_000 * 100) / 140_000);
});

test('without replayed demand there are no such figures, and the controller has its own', async (t) => {
  const loop = quotaLoop();
  await loop.take(0, { type: 'application', application: 1, cpu_us: 10, memory_pages: 0 });
  t.deepEqual(loop.rows('select * from demand_metrics'), []);
});

const refused: readonly (readonly [title: string, event: EventFields, message: RegExp])[] = [
  ['a container twice', { type: 'demand', containers: [1, 1], work_us: [1, 1] }, /twice/],
  ['a list too short', { type: 'demand', containers: [1], work_us: [] }, /0 of `work_us`/],
  ['negative work', { type: 'demand', containers: [1], work_us: [-1] }, /-1 in `work_us`/],
  [
    'half a page',
    { type: 'demand', containers: [1], work_us: [1], need_pages: [0.5] },
    /0.5 in `need_pages`/,
  ],
  ['a profile without work', { type: 'profile', containers: [1], need_pages: [1] }, /lacks `work_us`/],
];

for (const [title, event, message] of refused) {
  test(`demand with ${title} is refused and changes nothing`, async (t) => {
    const loop = await begin({ containers: [[50_000, 10]] });
    await loop.take(PERIOD, event);
    t.regex(
      loop.taken
        .flatMap(({ refusals }) => refusals)
        .map(({ message: said }) => said)
        .join(),
      message,
    );
    t.deepEqual(ran(loop, 'at_us'), []);
  });
}

test('demand for a container that nobody knows is passed over', async (t) => {
  const loop = await begin({ containers: [[50_000, 10]] });
  await loop.take(PERIOD, { type: 'demand', containers: [1, 77], work_us: [5, 5] });
  t.deepEqual(ran(loop, 'container_id, used_us'), [[1, 5]]);
});
