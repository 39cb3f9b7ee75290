import test from 'ava';
import { must } from '../../engine/base/assert.js';
import type { LoopEvent } from '../../engine/loop/controller.js';
import { journalDigest, readJournal, verifyJournal } from '../../engine/store/journal.js';
import type { Store } from '../../engine/store/store.js';
import { rackLoop, solver, tampered } from '../helpers/rack-loop.js';

test.after.always(() => solver.close());

const host = (atUs: number, id: number, cores: number, memslices = 100): LoopEvent => ({
  atUs,
  type: 'host',
  fields: { host: id, cores, memslices },
});

const allocate = (
  atUs: number,
  process: number,
  cores: number,
  id: number,
  more: Record<string, unknown> = {},
): LoopEvent => ({
  atUs,
  type: 'allocate',
  fields: { process, cores, memslices: 0, id, ...more },
});

function statuses(store: Store): Record<string, unknown> {
  return Object.fromEntries(
    store
      .records('select request_id, status from request order by request_id')
      .map((row) => [String(row['request_id']), row['status']]),
  );
}

test('a batch that fits is bound with concrete cores, and the effects say which', async (t) => {
  const { runner, ticks, store } = rackLoop();
  await runner.take([host(0, 1, 4), allocate(0, 7, 3, 1)]);
  t.is(ticks.length, 1);
  t.deepEqual(must(ticks[0], 'tick').effects, [
    { type: 'bound', fields: { request: 1, process: 7, host: 1, cores: [[0, 3]], memslices: [] } },
  ]);
  t.deepEqual(statuses(store), { 1: 'BOUND' });
});

test('best effort serves as many requests as possible: two small ones rather than the older large one', async (t) => {
  const { runner, ticks, store } = rackLoop();
  await runner.take([host(0, 1, 10), allocate(0, 1, 10, 1), allocate(0, 2, 5, 2), allocate(0, 3, 5, 3)]);
  t.deepEqual(statuses(store), { 1: 'PENDING', 2: 'BOUND', 3: 'BOUND' });
  t.is(must(ticks[0], 'tick').leftOut, 1);
  const waiting = must(ticks[0], 'tick').effects.find((effect) => effect.type === 'waiting');
  t.deepEqual(waiting?.fields, { request: 1, reason: 'does not fit under core_cap' });
});

test('best effort prefers the older of two equally large sets', async (t) => {
  const { runner, store } = rackLoop();
  await runner.take([host(0, 1, 5), allocate(0, 1, 4, 1), allocate(0, 2, 4, 2), allocate(0, 3, 1, 3)]);
  t.deepEqual(statuses(store), { 1: 'BOUND', 2: 'PENDING', 3: 'BOUND' });
});

test('a request before any host waits, and is placed when one comes', async (t) => {
  const { runner, store, ticks } = rackLoop();
  await runner.take([allocate(0, 1, 2, 1)]);
  t.is(must(ticks[0], 'tick').status, 'infeasible');
  t.deepEqual(store.rows('select status, waiting_reason from request'), [
    ['PENDING', 'nothing can be chosen at all'],
  ]);
  await runner.take([host(10, 1, 4)]);
  t.deepEqual(statuses(store), { 1: 'BOUND' });
});

test('a request that no policy says anything about waits with that reason', async (t) => {
  const { runner, store } = rackLoop({ policies: ['test/cases/about-hosts-only.sql'] });
  await runner.take([host(0, 1, 4), allocate(0, 1, 2, 1)]);
  t.deepEqual(store.rows('select status, waiting_reason from request'), [
    ['PENDING', 'the policies decide nothing about it'],
  ]);
});

test('all or nothing lets the whole batch wait with the reason', async (t) => {
  const { runner, store, ticks } = rackLoop({ mode: 'all-or-nothing' });
  await runner.take([host(0, 1, 10), allocate(0, 1, 10, 1), allocate(0, 2, 5, 2)]);
  t.deepEqual(statuses(store), { 1: 'PENDING', 2: 'PENDING' });
  t.is(must(ticks[0], 'tick').status, 'infeasible');
  const reasons = store.rows('select distinct waiting_reason from request');
  t.deepEqual(reasons, [['does not fit under core_cap']]);
});

test('a request that was left out is tried again when something changes', async (t) => {
  const { runner, store } = rackLoop();
  await runner.take([host(0, 1, 4), allocate(0, 1, 4, 1), allocate(0, 2, 4, 2)]);
  t.deepEqual(statuses(store), { 1: 'BOUND', 2: 'PENDING' });
  await runner.take([{ atUs: 10, type: 'release', fields: { request: 1 } }]);
  t.deepEqual(statuses(store), { 1: 'RELEASED', 2: 'BOUND' });
});

test('the trigger waits n ms for m requests, and decides at the due time', async (t) => {
  const { runner, ticks, store } = rackLoop({ trigger: { kind: 'batch', delayUs: 3000, requests: 10 } });
  await runner.take([host(0, 1, 8), allocate(0, 1, 1, 1)]);
  await runner.take([allocate(1000, 1, 1, 2)]);
  t.is(ticks.length, 0);
  await runner.take([allocate(7000, 1, 1, 3)]);
  t.is(ticks.length, 1);
  const outcomes = store.rows(
    "select at_us, json_extract(body, '$.batch') from journal where kind = 'outcome'",
  );
  t.deepEqual(outcomes, [[3000, 2]]);
});

test('released and refused rows stay as they are in later solves', async (t) => {
  const { runner, store, ticks } = rackLoop();
  await runner.take([host(0, 1, 4), host(0, 2, 4), allocate(0, 1, 2, 1)]);
  await runner.take([{ atUs: 10, type: 'release', fields: { request: 1 } }]);
  const before = store.rows('select controllable_dkernel from request where request_id = 1');
  await runner.take([allocate(20, 2, 1, 2)]);
  t.deepEqual(
    must(ticks[1], 'tick').decisions.map((decision) => decision.key),
    [{ request_id: 2 }],
  );
  t.deepEqual(store.rows('select controllable_dkernel from request where request_id = 1'), before);
});

test('events that cannot be served are refused, journalled, and change nothing', (t) => {
  const { loop, store } = rackLoop();
  const { refusals } = loop.take([
    { atUs: 0, type: 'hots', fields: { host: 1 } },
    { atUs: 0, type: 'release', fields: { process: 5, host: 1, cores: 1, memslices: 0 } },
    { atUs: 0, type: 'allocate', fields: { process: 'x' } },
  ]);
  t.deepEqual(
    refusals.map((one) => one.code),
    ['loop/unknown-event', 'loop/not-served', 'loop/bad-event'],
  );
  t.is(refusals[0]?.help, 'did you mean `host`?');
  t.deepEqual(store.rows('select (select count(*) from host), (select count(*) from request)'), [[0, 0]]);
  t.is([...readJournal(store)].filter((row) => row.kind === 'refusal').length, 3);
});

const wrong = tampered((report) =>
  'values' in report.outcome
    ? { ...report, outcome: { ...report.outcome, values: report.outcome.values.map(() => 1) } }
    : report,
);

test('an answer that SQLite finds wrong is never written, even when every check before it failed', async (t) => {
  // Both requests on host 1, which has room for one: the tampered port stands behind the model check.
  const { runner, store, ticks } = rackLoop({ solve: wrong });
  await runner.take([host(0, 1, 4), host(0, 2, 4), allocate(0, 1, 3, 1), allocate(0, 2, 3, 2)]);
  t.is(must(ticks[0], 'tick').status, 'fault');
  t.true(must(ticks[0], 'tick').refusals.every((one) => one.code === 'solve/engine-fault'));
  t.deepEqual(statuses(store), { 1: 'PENDING', 2: 'PENDING' });
  t.deepEqual(store.rows('select controllable_dkernel from request'), [[null], [null]]);
  t.deepEqual(store.rows('select status from solve_run'), [['rejected']]);
});

test('an answer that came too late for the state is journalled as stale and solved again', async (t) => {
  let store: Store | null = null;
  let calls = 0;
  const {
    runner,
    ticks,
    store: opened,
  } = rackLoop({
    solve: async (model, limits) => {
      calls += 1;
      const report = await solver.solve(model, limits);
      // Somebody writes while the solver works: host 1 shrinks below what is asked.
      if (calls === 1) {
        must(store, 'store').write(() => {
          must(store, 'store').run('update host set cores = 1 where host_id = 1');
          must(store, 'store').bumpState();
        });
      }
      return report;
    },
  });
  store = opened;
  await runner.take([host(0, 1, 9), host(0, 2, 4), allocate(0, 1, 3, 1)]);
  t.is(calls, 2);
  t.deepEqual(
    must(ticks[0], 'tick').decisions.map((decision) => decision.value),
    [2],
  );
  t.deepEqual(store.rows('select status from solve_run order by solve_run_id'), [['stale'], ['optimal']]);
  const stale = [...readJournal(store)].filter((row) => row.kind === 'stale');
  t.is(stale.length, 1);
  t.is(verifyJournal(store).status, 'whole');
});

test('a solver without an answer leaves the batch waiting', async (t) => {
  const { runner, store, ticks } = rackLoop({
    solve: () =>
      Promise.resolve({ outcome: { status: 'unknown', limit: 'time' }, backend: null, rejections: [] }),
  });
  await runner.take([host(0, 1, 4), allocate(0, 1, 3, 1)]);
  t.is(must(ticks[0], 'tick').status, 'unknown');
  t.deepEqual(store.rows('select status, waiting_reason from request'), [
    ['PENDING', 'no answer within the limit'],
  ]);
});

for (const scheduler of ['DCMcap', 'DCMloc', 'DCMfew', 'FillCurrent', 'Random', 'RoundRobin']) {
  test(`${scheduler}: the same events and seed give the same digest, and another loop over the database goes on`, async (t) => {
    const events = [
      host(0, 1, 6),
      host(0, 2, 6),
      host(0, 3, 6),
      ...Array.from({ length: 8 }, (_one, i) => allocate(1000 * (i + 1), i % 3, 1 + (i % 2), i + 1)),
      { atUs: 20_000, type: 'release', fields: { request: 2 } },
      allocate(21_000, 1, 3, 50),
    ];
    const whole = rackLoop({ scheduler });
    for (const event of events) await whole.runner.take([event]);
    await whole.runner.decideUntil(1e9);
    const first = rackLoop({ scheduler });
    for (const event of events.slice(0, 6)) await first.runner.take([event]);
    const second = rackLoop({ scheduler }, first.store);
    t.is(second.loop.eventsTaken(), 6);
    for (const event of events.slice(6)) await second.runner.take([event]);
    await second.runner.decideUntil(1e9);
    t.is(journalDigest(second.store), journalDigest(whole.store));
    const overfull = whole.store.rows(
      "select current_dkernel from request where status = 'BOUND' group by 1 having sum(held_cores) > 6",
    );
    t.deepEqual(overfull, []);
  });
}

test('baselines pass the same checks: a decision over capacity is undone', async (t) => {
  const { store, loop } = rackLoop({ scheduler: 'RoundRobin', mode: 'all-or-nothing' });
  loop.take([host(0, 1, 2), allocate(0, 1, 2, 1), allocate(0, 2, 2, 2)]);
  const { status } = await loop.decide(0);
  t.is(status, 'infeasible');
  t.deepEqual(statuses(store), { 1: 'PENDING', 2: 'PENDING' });
});
