import { join } from 'node:path';
import test from 'ava';
import { seededRandom } from '../../engine/base/random.js';
import type { LoopEvent } from '../../engine/loop/controller.js';
import { packagePath } from '../../engine/store/files.js';
import { journalDigest } from '../../engine/store/journal.js';
import { migrate } from '../../engine/store/migrate.js';
import { openStore } from '../../engine/store/open.js';
import { readTrace } from '../../engine/replay/trace.js';
import { rackLoop, solver } from '../helpers/rack-loop.js';
import { tempFolder } from '../store/helpers/temp-folder.js';

test.after.always(() => solver.close());

const HOSTS = 8;
const SCHEDULERS = ['DCMcap', 'DCMloc', 'DCMfew'] as const;

/** When what was kept is dropped before a tick. */
type Forgets = 'always' | 'never' | 'at random';

/** Hosts that come and change, requests that come and go, memory that kernels take. */
function instant(atUs: number, random: ReturnType<typeof seededRandom>): LoopEvent[] {
  const event = (type: string, fields: LoopEvent['fields']): LoopEvent => ({ atUs, type, fields });
  const host = 1 + random.below(HOSTS);
  const events = [
    event('host', { host, cores: 4 + random.below(12), memslices: 20 + random.below(20) }),
    event('kernel_memory', { host, memslices: 1 + random.below(3) }),
    event('release', { process: 1 + random.below(4) }),
    event('release', { process: 1 + random.below(4), host }),
  ].filter(() => random.below(4) === 0);
  const requests = Array.from({ length: 1 + random.below(4) }, () =>
    event('allocate', {
      process: 1 + random.below(4),
      cores: random.below(5),
      memslices: 1 + random.below(6),
      wait: random.below(3) > 0,
    }),
  );
  return [...events, ...requests];
}

function mayForget(forgets: Forgets, random: ReturnType<typeof seededRandom>): boolean {
  return forgets === 'always' || (forgets === 'at random' && random.below(3) === 0);
}

/** A run of events while a second connection changes hosts and requests between ticks; gives the digest. */
async function run(path: string, scheduler: string, seed: number, forgets: Forgets): Promise<string> {
  await migrate(path);
  const { store, loop, runner, ticks } = rackLoop(
    { scheduler },
    openStore(path, 'state', { durable: false }),
  );
  const other = openStore(path, 'plain');
  const random = seededRandom(seed);
  const whims = seededRandom(seed + 1000);
  const hosts = Array.from({ length: HOSTS }, (_, i): LoopEvent => ({
    atUs: 0,
    type: 'host',
    fields: { host: i + 1, cores: 12, memslices: 40 },
  }));
  await runner.take(hosts);
  for (let step = 1; step <= 15; step += 1) {
    if (mayForget(forgets, whims)) loop.forget();
    await runner.take(instant(step * 10_000, random));
    for (let change = 0; change < 3; change += 1)
      other.write(() =>
        other.run(
          'update host set cores = held_cores + ?, memslices = held_memslices + ? where host_id = ?',
          [random.below(6), random.below(12), 1 + random.below(HOSTS)],
        ),
      );
    if (random.below(5) === 0)
      other.write(() =>
        other.run('update process set locality = 1 - locality where process_id = ?', [step % 4]),
      );
    if (mayForget(forgets, whims)) loop.forget();
    await runner.decideUntil(step * 10_000 + 5000);
  }
  const digest = journalDigest(store);
  const decided = ticks.reduce((sum, { decisions }) => sum + decisions.length, 0);
  const faults = ticks.filter(({ status }) => status === 'fault').length;
  other.close();
  store.close();
  return `${digest} ${decided > 8} ${faults}`;
}

for (const scheduler of SCHEDULERS) {
  test(`${scheduler} decides the same whether rows are kept, dropped at random or never kept (seeds 1 and 2)`, async (t) => {
    const folder = tempFolder(t);
    for (let seed = 1; seed <= 2; seed += 1) {
      const results: string[] = [];
      for (const forgets of ['always', 'never', 'at random'] as const)
        results.push(await run(join(folder, `${seed} ${forgets}.db`), scheduler, seed, forgets));
      t.regex(results[0] ?? '', / true 0$/);
      t.is(new Set(results).size, 1, `seed ${seed}`);
    }
  });
}

test('a shipped trace ends in the same journal whether rows are kept or not', async (t) => {
  const { records } = readTrace(packagePath('fixtures', 'traces', 'rack', 'dinos-small.jsonl'));
  const digests = new Set<string>();
  for (const forgets of ['always', 'never'] as const) {
    const { store, loop, runner } = rackLoop({ scheduler: 'DCMloc' });
    for (const events of groups(records)) {
      if (forgets === 'always') loop.forget();
      await runner.take(events);
    }
    await runner.decideUntil(Number.MAX_SAFE_INTEGER);
    digests.add(journalDigest(store));
    store.close();
  }
  t.is(digests.size, 1);
});

function groups(events: readonly LoopEvent[]): LoopEvent[][] {
  const made: LoopEvent[][] = [];
  for (const event of events) {
    const last = made.at(-1);
    if (last?.[0]?.atUs === event.atUs) last.push(event);
    else made.push([event]);
  }
  return made;
}
