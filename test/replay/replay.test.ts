import test from 'ava';
import { must } from '../../engine/base/assert.js';
import { monotonicClock } from '../../engine/base/clock.js';
import type { Effect, LoopEvent } from '../../engine/loop/controller.js';
import { rack } from '../../engine/controllers/rack/controller.js';
import { runLive } from '../../engine/live/live-run.js';
import { replay } from '../../engine/replay/replay.js';
import { readTrace } from '../../engine/replay/trace.js';
import { journalDigest, verifyJournal } from '../../engine/store/journal.js';
import { rowsOf } from '../../engine/store/rows-of.js';
import { rackLoop, solver } from '../helpers/rack-loop.js';

test.after.always(() => solver.close());

const memcached = readTrace('fixtures/traces/rack/memcached.jsonl').records;
const small = readTrace('fixtures/traces/rack/dinos-small.jsonl').records;

/** Two of the ten runs are enough to tell the schedulers apart. */
const TWO_RUNS_US = 2_900_000;

const shares: Readonly<Record<string, (share: number) => boolean>> = {
  DCMloc: (share) => share === 1,
  DCMfew: (share) => share === 1,
  FillCurrent: (share) => share === 1,
  DCMcap: (share) => share < 0.5,
  Random: (share) => share < 0.5,
  RoundRobin: (share) => Math.abs(share - 1 / 3) < 1e-9,
};

for (const [scheduler, holds] of Object.entries(shares)) {
  test(`${scheduler} on the memcached trace shows its place in the thesis's order`, async (t) => {
    const { loop, store } = rackLoop({ scheduler });
    await replay(memcached, loop, { untilUs: TWO_RUNS_US });
    const share = must(rack.metrics(rowsOf(store))['colocated_share'], 'share');
    t.true(holds(share), `${share}`);
    store.close();
  });
}

test('a replay that stops and goes on over the same database ends in the same digest', async (t) => {
  const whole = rackLoop({ scheduler: 'DCMfew' });
  const all = await replay(small, whole.loop, { untilUs: null });
  t.true(all.ticks > 100);
  const stopped = rackLoop({ scheduler: 'DCMfew' });
  await replay(small, stopped.loop, { untilUs: 150_000 });
  const resumed = rackLoop({ scheduler: 'DCMfew' }, stopped.store);
  const rest = await replay(small, resumed.loop, { untilUs: null });
  t.true(rest.skipped > 0 && rest.events > 0);
  t.is(rest.skipped + rest.events, small.length);
  t.is(journalDigest(resumed.store), journalDigest(whole.store));
  t.is(verifyJournal(resumed.store).status, 'whole');
});

test('another seed gives a Random scheduler another digest, the same seed the same one', async (t) => {
  const digests: string[] = [];
  for (const seed of [1, 2, 1]) {
    const { loop, store } = rackLoop({ scheduler: 'Random', limits: { timeMs: null, work: null, seed } });
    await replay(memcached, loop, { untilUs: TWO_RUNS_US });
    digests.push(journalDigest(store));
  }
  t.is(digests[0], digests[2]);
  t.not(digests[0], digests[1]);
});

async function* lines(...chunks: readonly string[]): AsyncGenerator<string> {
  for (const chunk of chunks) {
    yield chunk;
    // Gives timers a chance between two chunks.
    await new Promise((resolve) => setTimeout(resolve, 8));
  }
}

test('what a live run records replays to the same digest', async (t) => {
  const { loop, store } = rackLoop({ trigger: { kind: 'batch', delayUs: 3000, requests: 4 } });
  const recorded: LoopEvent[] = [];
  const effects: Effect[] = [];
  const problems: string[] = [];
  const result = await runLive(
    lines(
      '{"type":"host","host":1,"cores":8,"memslices":9}\n{"type":"host","host":2,"cores":8,"memslices":9}\n',
      '{"type":"allocate","process":1,"cores":2,"id":1}\n{"type":"allo',
      'cate","process":1,"cores":2,"id":2}\nthis is not JSON\n{"type":"release","request":99}\n',
      '{"type":"allocate","process":2,"cores":4,"id":3}\n{"type":"allocate","process":2,"cores":4,"id":4}',
    ),
    loop,
    {
      clock: monotonicClock,
      onEvent: (event) => recorded.push(event),
      onEffect: (effect) => effects.push(effect),
      onDiagnostic: ({ code, message }) => problems.push(`${code}: ${message}`),
    },
  );
  t.is(result.events, 7);
  t.is(effects.filter((effect) => effect.type === 'bound').length, 4);
  t.true(problems.some((one) => one.startsWith('replay/bad-record: line 5 of stdin')));
  t.true(problems.some((one) => one.startsWith('loop/not-served')));
  const again = rackLoop({ trigger: { kind: 'batch', delayUs: 3000, requests: 4 } });
  await replay(recorded, again.loop, { untilUs: null });
  t.is(journalDigest(again.store), journalDigest(store));
});
