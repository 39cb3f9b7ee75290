import test from 'ava';
import type { EventFields, QuotaLoop } from '../helpers/quota-loop.js';
import { eventOf, quotaLoop, solver } from '../helpers/quota-loop.js';
import { journalDigest } from '../../engine/store/journal.js';
import { quota } from '../../engine/controllers/quota/controller.js';
import type { ContainerEvent } from '../../engine/controllers/quota/machine.js';
import { containerMachine } from '../../engine/controllers/quota/machine.js';
import { step } from '../../engine/machine/step.js';
import { openSnapshot, snapshotOf } from '../../engine/store/snapshot.js';

test.after.always(() => solver.close());

const start: readonly EventFields[] = [
  { type: 'parameters', idle_check_us: 0, reclaim_us: 0, margin_pages: 10 },
  { type: 'application', application: 1, millicores: 3000, memory_pages: 300 },
  { type: 'join', application: 1, container: 1, quota_us: 100_000, limit_pages: 100, usage_pages: 50 },
  { type: 'join', application: 1, container: 2, quota_us: 100_000, limit_pages: 100, usage_pages: 60 },
];

const rules = (made: QuotaLoop): unknown[] =>
  made
    .rows(
      `select container_id, rule, detail from quota_decision where rule <> 'join' order by quota_decision_id`,
    )
    .map((row) => [row['container_id'], row['rule'], row['detail']]);

const period = (
  containers: unknown[],
  unused: unknown[],
  throttled: unknown[],
  more: object = {},
): EventFields => ({
  type: 'period',
  containers,
  unused_us: unused,
  throttled,
  ...more,
});

const bad: readonly {
  readonly title: string;
  readonly events: readonly EventFields[];
  readonly told: readonly unknown[];
}[] = [
  {
    title: 'a report of an unknown container',
    events: [period([1, 9], [5000, 5000], [0, 0])],
    told: [[9, 'unknown_container', null]],
  },
  {
    title: 'a report of a container that has ended',
    events: [{ type: 'exit', container: 2 }, period([2], [0], [1])],
    told: [
      [2, 'exit', null],
      [2, 'exit', null],
      [2, 'unknown_container', null],
    ],
  },
  {
    title: 'a period told twice',
    events: [period([1], [5000], [0], { period: 4 }), period([1], [0], [1], { period: 4 })],
    told: [[1, 'duplicate_report', 4]],
  },
  {
    title: 'a period told late',
    events: [period([1], [5000], [0], { period: 4 }), period([1], [0], [1], { period: 3 })],
    told: [[1, 'out_of_order', 3]],
  },
  {
    title: 'a container told twice in one period',
    events: [period([1, 1], [5000, 5000], [0, 1])],
    told: [[1, 'duplicate_report', 1]],
  },
  {
    title: 'negative, fractional and missing values',
    events: [period([1, 2, 'x', 1], [-5, 0.5, 1, 9000], [0, 0, 0, null])],
    told: [
      [1, 'bad_value', 0],
      [2, 'bad_value', 1],
      [null, 'bad_value', 2],
      [1, 'bad_value', 3],
    ],
  },
  {
    title: 'a counter that begins anew',
    events: [7, 9, 2].map((count) => ({
      type: 'period',
      containers: [1],
      unused_us: [10_000],
      nr_throttled: [count],
    })),
    told: [
      [1, 'scale_up', null],
      [1, 'counter_reset', 2],
      [1, 'starved', 2],
    ],
  },
  {
    title: 'usage above the limit',
    events: [{ type: 'memory', containers: [1, 9], usage_pages: [120, 4] }],
    told: [
      [1, 'usage_above_limit', 120],
      [9, 'unknown_container', 4],
    ],
  },
];

for (const { title, events, told } of bad) {
  test(`${title} is told in a row, and nothing else comes of it`, async (t) => {
    const made = quotaLoop();
    await made.take(0, ...start);
    for (const [at, event] of events.entries()) await made.take((at + 1) * 100_000, event);
    t.deepEqual(rules(made), [...told]);
    t.deepEqual(made.rows('select * from cpu_pool where allocated_us > cpu_limit_us'), []);
    t.deepEqual(
      [...made.taken, ...made.ticks].flatMap(({ refusals }) => refusals),
      [],
    );
    made.store.close();
  });
}

const refused: readonly (readonly [string, EventFields])[] = [
  ['lists of different lengths', { type: 'period', containers: [1, 2], unused_us: [1], throttled: [0, 0] }],
  ['a field that nobody knows', { type: 'exit', container: 1, why: 'x' }],
  ['a parameter that there is not', { type: 'parameters', kapa: 1 }],
  ['a parameter out of its range', { type: 'parameters', window_count: 101 }],
  ['a container that is there already', { type: 'join', application: 1, container: 1, quota_us: 1 }],
  ['the exit of nobody', { type: 'exit', container: 77 }],
  ['an OOM event of nobody', { type: 'oom', container: 77 }],
  ['a join to no application', { type: 'join', application: 5, container: 8, quota_us: 1 }],
  [
    'a second application of one number',
    { type: 'application', application: 1, cpu_us: 50_000, memory_pages: 1 },
  ],
  [
    'an application smaller than a slice',
    { type: 'application', application: 2, cpu_us: 29_999, memory_pages: 1 },
  ],
  ['a limit below what is held', { type: 'limit', application: 1, cpu_us: 199_999 }],
  ['a deployment larger than the pools', { type: 'deploy', application: 1, containers: [5, 6, 7] }],
];

for (const [title, event] of refused) {
  test(`${title} is refused, and the containers stay as they are`, async (t) => {
    const made = quotaLoop();
    await made.take(0, ...start);
    const before = made.rows('select * from container');
    await made.take(1, event);
    t.is(made.taken.at(-1)?.refusals.length, 1);
    t.deepEqual(made.rows('select * from container'), before);
    made.store.close();
  });
}

test('a lower limit sheds in proportion to what is spare, and effects tell the decreases', async (t) => {
  const made = quotaLoop();
  await made.take(0, ...start);
  await made.take(100_000, {
    type: 'limit',
    application: 1,
    cpu_us: 150_001,
    memory_pages: 160,
    mode: 'shed',
  });
  t.deepEqual(
    made
      .rows('select quota_us, limit_pages from container order by container_id')
      .map((row) => [row['quota_us'], row['limit_pages']]),
    [
      [75_000, 77],
      [75_001, 83],
    ],
  );
  t.deepEqual(
    made.taken.at(-1)?.effects.map(({ type }) => type),
    ['lower_quota', 'lower_limit'],
  );
  await made.take(200_000, { type: 'limit', application: 1, memory_pages: 111, mode: 'shed' });
  t.is(made.taken.at(-1)?.refusals.length, 1, 'less than usage and a page for each');
  made.store.close();
});

test('decreases are ordered before increases, and stay in flight until they are acknowledged', async (t) => {
  const made = quotaLoop();
  await made.take(
    0,
    ...start,
    { type: 'parameters', awaits_acknowledgement: 1 },
    { type: 'limit', application: 1, cpu_us: 210_000 },
  );
  await made.take(100_000, period([1, 2], [60_000, 0], [0, 1]));
  t.deepEqual(
    made.ticks.at(-1)?.effects,
    [
      { type: 'lower_quota', fields: { containers: [1], quota_us: [52_000] } },
      { type: 'raise_quota', fields: { containers: [2], quota_us: [110_000] } },
    ],
    'what is in flight is not given away',
  );
  const pool = (): unknown[] =>
    made.rows('select pool_us, quota_in_flight_us from cpu_pool').map((row) => Object.values(row));
  t.deepEqual(pool(), [[0, 48_000]]);
  await made.take(150_000, { type: 'acknowledge', containers: [1], quota_us: [70_000] });
  t.deepEqual(pool(), [[30_000, 18_000]]);
  await made.take(160_000, { type: 'acknowledge', containers: [1] });
  t.deepEqual(pool(), [[48_000, 0]]);
  made.store.close();
});

test('periods bring reclaims and looks for idle containers along', async (t) => {
  const made = quotaLoop();
  await made.take(0, ...start, { type: 'parameters', idle_check_us: 2_000_000, reclaim_us: 5_000_000 });
  for (let at = 1; at <= 50; at += 1) await made.take(at * 100_000, period([1], [6000], [0]));
  const told = made.rows(
    `select at_us, container_id, rule from quota_decision where rule in ('idle_shrink', 'reclaim')`,
  );
  t.deepEqual(
    told.map((row) => Object.values(row)),
    [
      [4_000_000, 2, 'idle_shrink'],
      [5_000_000, 1, 'reclaim'],
      [5_000_000, 2, 'reclaim'],
    ],
  );
  made.store.close();
});

test('donors of lower priority give first', async (t) => {
  const made = quotaLoop();
  await made.take(
    0,
    { type: 'application', application: 1, cpu_us: 240_000, memory_pages: 0 },
    { type: 'join', application: 1, container: 1, quota_us: 130_000, priority: 1 },
    { type: 'join', application: 1, container: 2, quota_us: 110_000 },
    { type: 'join', application: 1, container: 3, quota_us: 50_000 },
  );
  const gave = made.rows(`select container_id, to_value from quota_decision where rule = 'join_give'`);
  t.deepEqual(
    gave.map((row) => Object.values(row)),
    [[2, 80_000]],
  );
  made.store.close();
});

const journey: readonly EventFields[] = [
  ...Array.from({ length: 12 }, (_, at) =>
    period([1, 2], [at * 1000, 40_000 - at * 2000], [at % 3 === 0 ? 1 : 0, at % 2]),
  ),
  { type: 'oom', container: 1, need_pages: 3 },
  { type: 'exit', container: 2 },
];

for (const scheduler of ['ref', 'paper', 'rebalance']) {
  test(`a loop that is stopped anywhere goes on to the same digest: ${scheduler}`, async (t) => {
    const whole = quotaLoop({ scheduler });
    await whole.take(0, ...start);
    for (const [at, event] of journey.entries()) await whole.take((at + 1) * 100_000, event);
    for (const stop of [1, 5, 11, 13]) {
      let made = quotaLoop({ scheduler });
      await made.take(0, ...start);
      for (const [at, event] of journey.entries()) {
        if (at === stop) {
          // Killed between the two transactions of a tick.
          made.loop.take([eventOf((at + 1) * 100_000, event)]);
          made = quotaLoop({ scheduler, store: openSnapshot(snapshotOf(made.store)) });
          await made.runner.decideUntil((at + 1) * 100_000);
        } else await made.take((at + 1) * 100_000, event);
      }
      t.is(journalDigest(made.store), journalDigest(whole.store), `stopped at ${stop}`);
      made.store.close();
    }
    whole.store.close();
  });
}

test('a period that changes nothing is decided like any other', async (t) => {
  const made = quotaLoop();
  await made.take(0, ...start);
  await made.take(100_000, period([1, 2], [1000, 1000], [0, 0]));
  t.deepEqual(made.ticks.at(-1)?.decisions, []);
  t.is(made.ticks.at(-1)?.status, 'feasible');
  t.deepEqual(made.rows('select 1 from quota_signal where decided_us is null'), []);
  made.store.close();
});

test('an answer that gives away more than there is does not pass the policies', async (t) => {
  const made = quotaLoop();
  await made.take(0, ...start);
  // Somebody sets a quota by hand, past the application's limit; the next tick that moves quotas tells it.
  made.store.script(
    'update container set quota_us = 400000, controllable_quota_us = 400000 where container_id = 1',
  );
  await made.take(100_000, period([1, 2], [0, 60_000], [0, 0]));
  t.is(made.ticks.at(-1)?.status, 'infeasible');
  t.regex(made.ticks.at(-1)?.refusals[0]?.message ?? '', /cpu_sum/);
  t.is(made.rows('select quota_us from container where container_id = 2')[0]?.['quota_us'], 100_000);
  made.store.close();
});

const moves: Readonly<Record<string, Readonly<Partial<Record<ContainerEvent['type'], string>>>>> = {
  DEPLOYED: { report: 'RUNNING', oom: 'OOM_WAIT', exit: 'EXITED' },
  RUNNING: { oom: 'OOM_WAIT', exit: 'EXITED' },
  OOM_WAIT: { reclaim: 'RECLAIMING', grant: 'RUNNING', kill: 'KILLED', exit: 'EXITED' },
  RECLAIMING: { grant: 'RUNNING', kill: 'KILLED', exit: 'EXITED' },
  KILLED: { join: 'DEPLOYED' },
  EXITED: { join: 'DEPLOYED' },
};

for (const [state, known] of Object.entries(moves)) {
  test(`a container that is ${state} takes ${Object.keys(known).join(', ')} and ignores the rest`, (t) => {
    for (const type of ['report', 'oom', 'reclaim', 'grant', 'kill', 'exit', 'join'] as const) {
      const next = step(containerMachine, { state, context: { container: 4 } }, { type });
      t.is(next.state, known[type] ?? state, type);
      t.is(next.ignored, known[type] === undefined, type);
      const told = type === 'exit' || type === 'kill' ? [type === 'exit' ? 'exited' : 'killed'] : [];
      t.deepEqual(
        next.effects.map((effect) => (effect.kind === 'emit' ? effect.type : effect.kind)),
        known[type] === undefined ? [] : told,
      );
    }
  });
}

test('the states of the machine are those of the table', (t) => {
  t.deepEqual(Object.keys(containerMachine.states).sort(), Object.keys(moves).sort());
  t.is(quota.defaultScheduler, 'ref');
});
