import test from 'ava';
import { encodeModel } from '../../engine/solve/encode.js';
import type { MipTask } from '../../engine/solve/mip-task.js';
import { SolverWorker } from '../../engine/solve/worker.js';
import { randomPacking } from './random-packing.js';

function task(requests: number, hosts: number, change: Partial<MipTask> = {}): MipTask {
  const encoding = encodeModel(randomPacking(requests, hosts, 2));
  if (encoding.kind !== 'mip') throw new Error(encoding.kind);
  const { mip } = encoding;
  return {
    engine: 'highs',
    mip: { ...mip, objectives: [] },
    cost: mip.objectives[0]?.cost ?? new Float64Array(mip.columnCount),
    kept: [],
    absoluteGap: 0.5,
    start: null,
    timeMs: null,
    nodes: null,
    seed: 0,
    ...change,
  };
}

test.serial(
  'a task that overruns its wall time is ended with its thread, and the next one gets a new thread',
  async (t) => {
    const worker = new SolverWorker();
    t.is((await worker.run(task(4, 2), 20_000)).kind, 'answered');
    const started = performance.now();
    const reply = await worker.run(task(120, 40), 150);
    t.is(reply.kind, 'late');
    t.true(performance.now() - started < 2_000);
    t.is((await worker.run(task(4, 2), 20_000)).kind, 'answered');
    await worker.close();
  },
);

test.serial(
  'an answer that came while this thread was kept from looking is taken after its wall time',
  async (t) => {
    const worker = new SolverWorker();
    t.is((await worker.run(task(4, 2), 20_000)).kind, 'answered');
    const reply = worker.run(task(4, 2), 200);
    // After an immediate come timers that are due, and only then messages.
    setImmediate(() => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000));
    t.is((await reply).kind, 'answered');
    await worker.close();
  },
);

test.serial(
  'a library that never looks at the clock is stopped after so much work, the same each time',
  async (t) => {
    const worker = new SolverWorker();
    // Unstopped it takes more than 15 s on a quiet machine.
    for (const run of [1, 2]) {
      const started = performance.now();
      const reply = await worker.run(task(120, 20, { engine: 'simplex' }), 60_000);
      const answer = reply.kind === 'answered' ? reply.answer : null;
      t.deepEqual(answer, { status: 'declined', detail: 'it pivots for too long' }, `run ${run}`);
      t.true(performance.now() - started < 10_000);
    }
    await worker.close();
  },
);

test.serial('a fault inside the thread is a reply, and the thread goes on', async (t) => {
  const worker = new SolverWorker();
  const broken = task(4, 2, { cost: new Float64Array(1) });
  const reply = await worker.run(broken, 20_000);
  t.is(reply.kind, 'crashed');
  t.is((await worker.run(task(4, 2), 20_000)).kind, 'answered');
  await worker.close();
});

test.serial('tasks given at once are answered each, one after the other', async (t) => {
  const worker = new SolverWorker();
  const replies = await Promise.all([1, 2, 3].map(() => worker.run(task(4, 2), 20_000)));
  t.deepEqual(
    replies.map(({ kind }) => kind),
    ['answered', 'answered', 'answered'],
  );
  await worker.close();
});
