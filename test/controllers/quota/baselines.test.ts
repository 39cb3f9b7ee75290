import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { must } from '../../../engine/base/assert.js';
import { stoppedClock } from '../../../engine/base/clock.js';
import { fit } from '../../../engine/controllers/quota/baselines/fit.js';
import { staticLimits } from '../../../engine/controllers/quota/baselines/static-limits.js';
import { vpa } from '../../../engine/controllers/quota/baselines/vpa-recommender.js';
import {
  autopilotMl,
  autopilotWindow,
} from '../../../engine/controllers/quota/baselines/autopilot-recommenders.js';
import type { Recommended, Recommender } from '../../../engine/controllers/quota/baselines/recommender.js';
import { quota } from '../../../engine/controllers/quota/controller.js';
import { BURSTS } from '../../../engine/importers/workload/bursts.js';
import { WORKLOADS } from '../../../engine/importers/workload/request-rates.js';
import { openLoad } from '../../../engine/importers/workload/workload.js';
import { openLoop } from '../../../engine/loop/open-loop.js';
import { replay } from '../../../engine/replay/replay.js';
import { journalDigest } from '../../../engine/store/journal.js';
import { migrate } from '../../../engine/store/migrate.js';
import { openStore } from '../../../engine/store/open.js';
import type { Store } from '../../../engine/store/store.js';
import { solver } from '../../helpers/quota-loop.js';

test.after.always(() => solver.close());

const wish = (
  at: number,
  quotaUs: number,
  wishUs: number,
  limitPages = 10,
  wishPages = 10,
  usagePages = 0,
) => ({
  container: at,
  application: 1,
  quotaUs,
  limitPages,
  usagePages,
  wishUs,
  wishPages,
});

test('what fits is given as wished; decreases count first', (t) => {
  t.deepEqual(
    fit([wish(1, 50, 20), wish(2, 50, 90)], { us: 10, pages: 0 }).map(({ quotaUs }) => quotaUs),
    [20, 90],
  );
});

test('where increases ask for more than there is, each gets the same share of what it asks for', (t) => {
  const fitted = fit([wish(1, 50, 20), wish(2, 50, 110), wish(3, 10, 40)], { us: 15, pages: 0 });
  t.deepEqual(
    fitted.map(({ quotaUs }) => quotaUs),
    [20, 80, 25],
  );
});

test('no limit goes down to what is used', (t) => {
  const wishes = [wish(1, 1, 1, 10, 5, 8), wish(2, 1, 1, 10, 5, 10), wish(3, 1, 1, 10, 5, 3)];
  t.deepEqual(
    fit(wishes, { us: 0, pages: 0 }).map(({ limitPages }) => limitPages),
    [9, 10, 5],
  );
});

const CONTAINER: Recommended<never> = {
  profile: { workUs: 100_000, needPages: 100_000 },
  quotaUs: 100_000,
  limitPages: 100_000,
  samples: [],
  oomKills: 0,
  state: null,
  nowMs: 0,
};

/** Steps a recommender with constant use; its state goes through JSON, as it does in the table. */
function steps<State>(
  recommender: Recommender<State>,
  count: number,
  over: Partial<Recommended<never>> = {},
) {
  let last = recommender.recommend({ ...CONTAINER, ...over, samples: [], oomKills: 0 });
  for (let step = 1; step <= count; step += 1) {
    const samples = Array.from({ length: recommender.everyUs / 1_000_000 }, () => ({
      cpuUs: 40_000,
      pages: 76_800,
      throttled: 0,
    }));
    last = recommender.recommend({
      ...CONTAINER,
      samples,
      ...over,
      quotaUs: last.quotaUs,
      limitPages: last.limitPages,
      state: JSON.parse(JSON.stringify(last.state)) as State,
      nowMs: (step * recommender.everyUs) / 1000,
    });
  }
  return last;
}

test('static limits are a share of the profile', (t) => {
  const { quotaUs, limitPages } = staticLimits(0.75).recommend(CONTAINER);
  t.deepEqual([quotaUs, limitPages], [75_000, 75_000]);
});

test('all others begin with what was profiled', (t) => {
  const first = [
    steps(vpa({ sees: 'use', lifetimeMs: 0 }), 0),
    steps(autopilotMl({ seconds: 10, sees: 'use' }), 0),
    steps(autopilotWindow({ seconds: 10, sees: 'use' }), 0),
  ];
  for (const { quotaUs, limitPages, restarts } of first)
    t.deepEqual([quotaUs, limitPages, restarts], [100_000, 100_000, false]);
});

test('the autoscaler comes to the target of a constant load by a restart, and then stays', (t) => {
  const every = vpa({ sees: 'use', lifetimeMs: 0 });
  const first = steps(every, 1);
  t.true(first.restarts);
  // 0.4 core is 476 m and 300 MiB are 380258472 bytes with their margins, as for a whole day.
  t.deepEqual([first.quotaUs, first.limitPages], [47_600, Math.ceil(380_258_472 / 4096)]);
  const later = steps(every, 5);
  t.deepEqual([later.restarts, later.quotaUs], [false, 47_600]);
});

test('the updater itself leaves a young pod within its bounds alone', (t) => {
  const { restarts, quotaUs } = steps(vpa({ sees: 'use', lifetimeMs: 12 * 3_600_000 }), 3);
  t.deepEqual([restarts, quotaUs], [false, 100_000]);
});

test('the window keeps a constant load with a margin, to the next bucket', (t) => {
  const { quotaUs, limitPages } = steps(autopilotWindow({ seconds: 60, sees: 'use' }), 7);
  t.true(quotaUs > 40_000 * 1.14 && quotaUs < 40_000 * 1.18, String(quotaUs));
  t.true(limitPages > 76_800 * 1.14 && limitPages < 76_800 * 1.18, String(limitPages));
});

test('the ensemble keeps a constant load with the least of its margins', (t) => {
  const { quotaUs } = steps(autopilotMl({ seconds: 10, sees: 'use' }), 20);
  t.true(quotaUs > 40_000 * 1.1 && quotaUs < 40_000 * 1.12, String(quotaUs));
});

test('a kill raises what Autopilot gives of memory', (t) => {
  for (const recommender of [
    autopilotWindow({ seconds: 10, sees: 'use' }),
    autopilotMl({ seconds: 10, sees: 'use' }),
  ] as readonly Recommender<unknown>[]) {
    const calm = steps(recommender, 1);
    const killed = steps(recommender, 1, { oomKills: 1 });
    t.true(killed.limitPages > CONTAINER.limitPages * 1.2 && calm.limitPages < CONTAINER.limitPages);
  }
});

const load = openLoad({
  application: 'teastore',
  workload: WORKLOADS.burst,
  bursts: { ...BURSTS },
  seconds: 64,
  warmup: 1,
  seed: 5,
  notes: {},
});
const events = [...load.events];

async function run(store: Store, scheduler: string, untilUs: number | null): Promise<string> {
  const { loop } = openLoop(store, {
    controller: quota,
    scheduler,
    solve: solver.solve,
    clock: stoppedClock,
  });
  const { refusals } = await replay(events, loop, { untilUs });
  if (refusals > 0) throw new Error(`${refusals} refusals`);
  return journalDigest(store);
}

/** One of each kind; the others differ in numbers. */
const KINDS = ['ref', 'static-1.0', 'vpa', 'autopilot-window-1', 'autopilot-ml-10-open', 'captain'];

for (const scheduler of KINDS) {
  test(`${scheduler} goes on to the same digest where it was stopped, and keeps within the application`, async (t) => {
    const whole = openStore(':memory:', 'state');
    const digest = await run(whole, scheduler, null);
    const folder = mkdtempSync(join(tmpdir(), 'edict-baseline-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'state.db');
    await migrate(path);
    let resumed = '';
    for (const untilUs of [7_350_000, 61_000_000, null]) {
      const store = openStore(path, 'state', { durable: false });
      resumed = await run(store, scheduler, untilUs);
      store.close();
    }
    t.is(resumed, digest);
    const over = whole.records(
      `select at_us from demand_period group by at_us having sum(quota_us) > (select cpu_limit_us from application)
         or sum(limit_pages) > (select memory_limit_pages from application)`,
    );
    t.deepEqual(over, []);
    const [work = {}] = whole.records(
      `select sum(arrived_us) - sum(used_us) as lost,
        (select sum(backlog_us) from demand_period where at_us = (select max(at_us) from demand_period)) as left
       from demand_period`,
    );
    t.is(must(work['lost'], 'work'), must(work['left'], 'work'), 'no work is lost');
  });
}
