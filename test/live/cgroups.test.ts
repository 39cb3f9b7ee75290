import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import { must } from '../../engine/base/assert.js';
import { DiagnosticError } from '../../engine/base/diagnostic.js';
import { quota } from '../../engine/controllers/quota/controller.js';
import { openLoop } from '../../engine/loop/open-loop.js';
import { Runner } from '../../engine/loop/runner.js';
import { journalDigest } from '../../engine/store/journal.js';
import { openStore } from '../../engine/store/open.js';
import type { Store } from '../../engine/store/store.js';
import type { ImitatedCgroups } from '../helpers/imitated-cgroups.js';
import { imitatedCgroups } from '../helpers/imitated-cgroups.js';
import { steerHere } from '../helpers/steer-here.js';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

function state(t: ExecutionContext): Store {
  const store = openStore(':memory:', 'state');
  t.teardown(() => store.close());
  return store;
}

const codes = ({ diagnostics }: { readonly diagnostics: readonly { readonly code: string }[] }): string[] =>
  diagnostics.map(({ code }) => code);

/** Committed quotas by name, as the database has them. */
function committed(store: Store): Record<string, unknown> {
  return Object.fromEntries(
    store
      .records('select name, quota_us from live_container order by name', [])
      .map((record) => [String(record['name']), record['quota_us']]),
  );
}

function scalar(store: Store, sql: string): unknown {
  return Object.values(store.record(sql) ?? {})[0];
}

/** What is in force must never add up to more than there is, once every container has a limit. */
function sumHolds(t: ExecutionContext, cgroups: ImitatedCgroups, cores: number): void {
  t.true(cgroups.quotaSum() <= cores * 100_000, `${cgroups.quotaSum()} of ${cores * 100_000}`);
}

test('a busy container gets what idle ones do not use, and what is in force never exceeds the application', async (t) => {
  const cgroups = imitatedCgroups(t);
  const store = state(t);
  cgroups.add('busy', { cores: 1.7 });
  cgroups.add('calm', { cores: 0.2 });
  cgroups.add('idle');
  const result = await steerHere(store, cgroups, {
    periods: 60,
    cores: 3,
    before: (period) => {
      if (period > 1) sumHolds(t, cgroups, 3);
    },
  });
  t.true((cgroups.quotaUs('busy') ?? 0) >= 160_000, cgroups.read('busy', 'cpu.max'));
  t.is(cgroups.quotaUs('idle'), 30_000, 'silent for two seconds');
  t.true((cgroups.quotaUs('calm') ?? 0) < 60_000);
  t.deepEqual(committed(store), {
    busy: cgroups.quotaUs('busy'),
    calm: cgroups.quotaUs('calm'),
    idle: 30_000,
  });
  t.deepEqual(codes(result), []);
  t.is(result.cgroups, 3);
  t.is(scalar(store, 'select count(*) from container where in_flight_us > 0'), 0);
});

test('limits that are there when it begins are what containers ask for, in the periods of the controller', async (t) => {
  const cgroups = imitatedCgroups(t);
  const store = state(t);
  cgroups.add('a', { cpuMax: '25000 50000', memoryMax: String(200 * MIB) });
  cgroups.add('b', { cpuMax: '40000 100000', memoryMax: String(300 * MIB) });
  const result = await steerHere(store, cgroups, { periods: 1, cores: 2, memoryBytes: GIB });
  t.deepEqual(committed(store), { a: 50_000, b: 40_000 });
  t.deepEqual(
    store
      .records('select limit_pages from live_container order by name', [])
      .map((one) => one['limit_pages']),
    [200 * 256, 300 * 256],
  );
  t.is(result.writes, 0, 'what is in force already is not written again');
});

test('a dry run decides as if its orders were carried out, and writes nothing', async (t) => {
  const cgroups = imitatedCgroups(t);
  const store = state(t);
  cgroups.add('busy', { cores: 1.5 });
  cgroups.add('calm', { cores: 0.1 });
  const result = await steerHere(store, cgroups, { periods: 20, cores: 2, memoryBytes: GIB, isDry: true });
  t.is(result.writes, 0);
  t.is(cgroups.read('busy', 'cpu.max'), 'max 100000');
  t.is(cgroups.read('calm', 'memory.max'), 'max');
  t.true(result.effects.length > 2);
  t.true(Number(committed(store)['calm']) < 60_000);
});

test('a recorded run replays to the same digest', async (t) => {
  const cgroups = imitatedCgroups(t);
  const store = state(t);
  cgroups.add('web', { cores: 1.5 });
  cgroups.add('db', { cores: 0.4 });
  const { taken } = await steerHere(store, cgroups, {
    periods: 40,
    cores: 2,
    memoryBytes: GIB,
    before: (period) => {
      if (period === 10) cgroups.add('late', { cores: 0.3 });
      if (period === 25) cgroups.remove('db');
    },
  });
  const again = state(t);
  const { loop } = openLoop(again, {
    controller: quota,
    solve: () => Promise.reject(new Error('the rules need no solver')),
  });
  const runner = new Runner(loop, {});
  for (let from = 0; from < taken.length;) {
    const { atUs } = must(taken[from], 'an event');
    const instant = taken.filter((event) => event.atUs === atUs);
    await runner.take(instant);
    from += instant.length;
  }
  t.is(journalDigest(again), journalDigest(store));
});

test('containers that come are admitted, those that go give back what they had, also under an old name', async (t) => {
  const cgroups = imitatedCgroups(t);
  const store = state(t);
  cgroups.add('a', { cpuMax: '100000 100000' });
  cgroups.add('b', { cpuMax: '100000 100000' });
  await steerHere(store, cgroups, {
    periods: 12,
    cores: 2.5,
    before: (period) => {
      if (period === 3) cgroups.add('c', { cpuMax: '90000 100000' });
      if (period === 6) cgroups.remove('a');
      if (period === 9) {
        cgroups.remove('b');
        cgroups.add('b', { cpuMax: '70000 100000' });
      }
      sumHolds(t, cgroups, 3);
    },
  });
  t.deepEqual(committed(store), { b: 70_000, c: 50_000 });
  t.is(cgroups.read('c', 'cpu.max'), '50000 100000', 'it was given what was left');
  t.deepEqual(
    store
      .records(`select name, state, container_id from container order by container_id`, [])
      .map((one) => Object.values(one)),
    [
      ['a', 'EXITED', 1],
      ['b', 'DEPLOYED', 2],
      ['c', 'DEPLOYED', 3],
    ],
  );
});

test('a later run takes up what an earlier one left', async (t) => {
  const cgroups = imitatedCgroups(t);
  const store = state(t);
  for (const name of ['a', 'b', 'c']) cgroups.add(name, { cores: 0.5, cpuMax: '60000 100000' });
  await steerHere(store, cgroups, { periods: 10, cores: 2 });
  const before = committed(store);
  cgroups.remove('b');
  const result = await steerHere(store, cgroups, { periods: 3 });
  t.deepEqual(codes(result), []);
  t.deepEqual(Object.keys(committed(store)), ['a', 'c']);
  t.is(committed(store)['a'], before['a']);
  t.is(scalar(store, 'select count(*) from container'), 3, 'nobody was admitted anew');
});

test('pods are raised before their containers and lowered after them, to the sum of what is in them', async (t) => {
  const cgroups = imitatedCgroups(t);
  const store = state(t);
  cgroups.limitPod('pod1', '100000 100000', String(400 * MIB));
  cgroups.add('pod1/app', { cores: 1.5, cpuMax: '50000 100000', memoryMax: String(200 * MIB) });
  cgroups.add('pod1/side', { cores: 0.1, cpuMax: '50000 100000', memoryMax: String(200 * MIB) });
  cgroups.limitPod('pod2', 'max 100000', 'max');
  cgroups.add('pod2/app', { cores: 0.1, cpuMax: '50000 100000', memoryMax: String(200 * MIB) });
  const podHolds = (): void => {
    const inside = (cgroups.quotaUs('pod1/app') ?? 0) + (cgroups.quotaUs('pod1/side') ?? 0);
    t.is(cgroups.quotaUs('pod1'), inside);
    const memory = (cgroups.memoryMax('pod1/app') ?? 0) + (cgroups.memoryMax('pod1/side') ?? 0);
    t.is(cgroups.memoryMax('pod1'), memory);
  };
  const result = await steerHere(store, cgroups, {
    periods: 60,
    cores: 3,
    memoryBytes: GIB,
    before: (period) => {
      if (period > 1) podHolds();
    },
  });
  podHolds();
  t.true((cgroups.quotaUs('pod1/app') ?? 0) > 120_000);
  t.is(cgroups.read('pod2', 'cpu.max'), 'max 100000', 'a pod without a limit gets none');
  t.deepEqual(codes(result), []);
});

test('a container that meets its memory limit is given pages of the pool', async (t) => {
  const cgroups = imitatedCgroups(t);
  const store = state(t);
  cgroups.add('a', { cores: 0.1, memoryMax: String(100 * MIB), memoryBytes: 99 * MIB });
  cgroups.add('b', { cores: 0.1, memoryMax: String(100 * MIB), memoryBytes: 90 * MIB });
  const result = await steerHere(store, cgroups, {
    periods: 10,
    cores: 2,
    memoryBytes: 300 * MIB,
    before: (period) => {
      if (period === 4) cgroups.of('a').memoryHits += 3;
    },
  });
  t.is(cgroups.memoryMax('a'), 100 * MIB + 5000 * 4096);
  t.is(cgroups.memoryMax('b'), 100 * MIB);
  t.deepEqual(codes(result), []);
});

test('a memory limit at or below what is in use is not written; it is tried again, and frees nothing till then', async (t) => {
  const cgroups = imitatedCgroups(t);
  const store = state(t);
  cgroups.add('a', { cores: 0.1, memoryMax: String(400 * MIB), memoryBytes: 100 * MIB });
  const inFlight: unknown[] = [];
  const result = await steerHere(store, cgroups, {
    periods: 60,
    cores: 2,
    memoryBytes: 500 * MIB,
    onEffect: ({ type }) => {
      // Between the decision and the write the container begins to use what is about to be taken.
      if (type === 'lower_limit') cgroups.write('a', 'memory.current', String(200 * MIB));
    },
    before: (period) => {
      if (period === 52) {
        t.is(cgroups.memoryMax('a'), 400 * MIB);
        inFlight.push(scalar(store, 'select in_flight_pages from container'));
        inFlight.push(scalar(store, 'select pool_pages from memory_pool'));
      }
    },
  });
  t.deepEqual(codes(result), ['live/limit-below-usage'], 'told once');
  t.deepEqual(inFlight, [250 * 256, 100 * 256]);
  t.is(cgroups.memoryMax('a'), 150 * MIB, 'written once the usage had fallen again');
  t.is(scalar(store, 'select in_flight_pages from container'), 0);
});

test('a limit that cannot be written is told once, stays in flight, and is written when that is possible', async (t) => {
  const cgroups = imitatedCgroups(t);
  const store = state(t);
  cgroups.add('a', { cores: 0.1, cpuMax: '150000 100000' });
  cgroups.add('b', { cores: 2, cpuMax: '50000 100000' });
  let broken = true;
  const result = await steerHere(store, cgroups, {
    periods: 30,
    cores: 2,
    onEffect: ({ type, fields }) => {
      // The file is there when it is read and gone when it is written.
      if (broken && type === 'lower_quota' && String(fields['containers']) === '1') {
        rmSync(join(cgroups.folder, 'a', 'cpu.max'), { force: true });
      }
    },
    before: (period) => {
      if (period === 3) {
        t.true(Number(scalar(store, `select in_flight_us from container where name = 'a'`)) > 0);
        t.is(cgroups.quotaUs('b'), 50_000, 'nobody got what has not been freed');
      }
      if (period === 10) {
        broken = false;
        cgroups.write('a', 'cpu.max', '150000 100000');
      }
      if (period > 10) sumHolds(t, cgroups, 2);
    },
  });
  t.deepEqual(codes(result), ['live/unwritable']);
  t.true((cgroups.quotaUs('a') ?? Infinity) < 60_000);
  t.true((cgroups.quotaUs('b') ?? 0) > 100_000, 'once it was freed, others got it');
});

test('a limit that somebody takes away is put back', async (t) => {
  const cgroups = imitatedCgroups(t);
  cgroups.add('a', { cores: 0.3 });
  const result = await steerHere(state(t), cgroups, {
    periods: 10,
    cores: 2,
    before: (period) => {
      if (period === 5) cgroups.write('a', 'cpu.max', 'max 100000');
    },
  });
  t.deepEqual(codes(result), ['live/limit-lifted']);
  t.not(cgroups.quotaUs('a'), null);
});

test('a counter that falls costs its period and no more', async (t) => {
  const cgroups = imitatedCgroups(t);
  const store = state(t);
  const busy = cgroups.add('a', { cores: 0.5, cpuMax: '60000 100000' });
  const result = await steerHere(store, cgroups, {
    periods: 20,
    cores: 2,
    before: (period) => {
      if (period !== 8) return;
      Object.assign(busy, { usageUs: 10, periods: 1, throttled: 0 });
      cgroups.elapse(0);
    },
  });
  t.deepEqual(codes(result), ['live/counter-reset']);
  t.is(cgroups.quotaUs('a'), 55_000, 'trimmed once as if nothing had happened');
});

test('what cannot be read is left alone, told once, and taken up when it can be', async (t) => {
  const cgroups = imitatedCgroups(t);
  const store = state(t);
  cgroups.add('a', { cores: 0.3, cpuMax: '50000 100000' });
  cgroups.add('b', { cores: 0.3, cpuMax: '50000 100000' });
  const result = await steerHere(store, cgroups, {
    periods: 20,
    cores: 2,
    before: (period) => {
      // An empty file is one that is just being written.
      if (period === 3) writeFileSync(join(cgroups.folder, 'a', 'cpu.stat'), '');
      if (period > 5 && period < 12) cgroups.write('b', 'cpu.stat', 'usage_usec many');
    },
  });
  t.deepEqual(codes(result), ['live/unreadable']);
  t.is(result.cgroups, 2);
  t.deepEqual(Object.keys(committed(store)), ['a', 'b']);
});

test('what the controller does not admit keeps its limits and is offered again', async (t) => {
  const cgroups = imitatedCgroups(t);
  const store = state(t);
  for (const name of ['a', 'b']) {
    cgroups.add(name, {
      cores: 0.1,
      cpuMax: '30000 100000',
      memoryMax: String(40 * MIB),
      memoryBytes: 30 * MIB,
    });
  }
  const result = await steerHere(store, cgroups, {
    periods: 12,
    cores: 2,
    memoryBytes: 40 * MIB,
    before: (period) => {
      if (period === 4) t.is(cgroups.memoryMax('b'), 40 * MIB);
      if (period === 5) cgroups.remove('a');
    },
  });
  t.deepEqual(codes(result), ['live/not-steered']);
  t.deepEqual(Object.keys(committed(store)), ['b']);
});

test('processes that the kernel kills are told', async (t) => {
  const cgroups = imitatedCgroups(t);
  cgroups.add('a', { cores: 0.3 });
  const result = await steerHere(state(t), cgroups, {
    periods: 5,
    cores: 2,
    before: (period) => {
      if (period === 3) cgroups.of('a').memoryKills += 2;
      if (period === 3) cgroups.elapse(0);
    },
  });
  t.deepEqual(codes(result), ['live/out-of-memory']);
});

test('work that takes longer than its period is told, and periods do not drift', async (t) => {
  const cgroups = imitatedCgroups(t);
  cgroups.add('a', { cores: 0.3 });
  let reports = 0;
  const starts: number[] = [];
  const result = await steerHere(state(t), cgroups, {
    periods: 10,
    cores: 2,
    workMs: ({ type, atUs }) => {
      if (type !== 'period') return 0;
      starts.push(atUs);
      reports += 1;
      return reports === 3 ? 350 : 7;
    },
  });
  t.deepEqual(codes(result), ['live/overrun']);
  t.is(result.missed, 2);
  t.true(result.longestMs >= 350);
  const late = starts.filter((atUs) => (atUs + 1) % 100_000 > 60_000);
  t.is(late.length, 0, starts.join(' '));
});

test('without a limit for all of them nothing is steered', async (t) => {
  const cgroups = imitatedCgroups(t);
  cgroups.add('a', { cores: 0.3 });
  const error = await t.throwsAsync(steerHere(state(t), cgroups, { periods: 1 }), {
    instanceOf: DiagnosticError,
  });
  t.deepEqual(codes(must(error, 'an error')), ['live/no-budget']);
});
