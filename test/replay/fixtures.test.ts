import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { must } from '../../engine/base/assert.js';
import { digestText } from '../../engine/base/digest.js';
import { rack } from '../../engine/controllers/rack/controller.js';
import { trigger } from '../../engine/loop/trigger.js';
import type { TraceRecord } from '../../engine/replay/trace.js';
import { readTrace } from '../../engine/replay/trace.js';
import { FIXTURES, generate } from '../../bench/traces/generate.js';
import { openRack, recorder, solveDirectly } from '../helpers/rack-state.js';

for (const [path, args] of Object.entries(FIXTURES)) {
  test(`${path} is what its generator makes, and README tells its digest`, (t) => {
    const text = readFileSync(`fixtures/${path}`, 'utf8');
    t.true(text === must(generate(args), 'a trace'), 'the bytes differ');
    const readme = readFileSync('fixtures/README.md', 'utf8');
    t.true(readme.includes(`| \`${path}\` |`));
    t.true(readme.includes(digestText(text)));
    t.true(readme.includes(args.join(' ')));
  });
}

test('every trace that ships has a generator', (t) => {
  const files = readdirSync('fixtures/traces').flatMap((folder) =>
    readdirSync(`fixtures/traces/${folder}`).map((name) => `traces/${folder}/${name}`),
  );
  t.deepEqual(files.sort(), Object.keys(FIXTURES).sort());
});

test('the generator depends on its seed and refuses what it does not know', (t) => {
  const make = (...args: string[]): string | null =>
    generate(['rack', '--hosts', '2', '--steps', '9', ...args]);
  t.is(make('--seed', '3'), make('--seed', '3'));
  t.not(make('--seed', '3'), make('--seed', '4'));
  for (const args of [
    ['rack', '--sed', '3'],
    ['rack', '--seed', 'x'],
    ['rack', '--seed=-1'],
    ['moon'],
    ['toString'],
    [],
  ]) {
    t.is(generate(args), null, args.join(' '));
  }
});

test('a generated rack stays near its target fill', (t) => {
  const held = { core: 0, memslice: 0 };
  const amounts = new Map<number, readonly ['core' | 'memslice', number]>();
  const text = must(generate(['rack', '--hosts', '8', '--steps', '30', '--seed', '5']), 'a trace');
  for (const line of text.split('\n').slice(1, -1)) {
    const record = JSON.parse(line) as Readonly<Record<string, unknown>>;
    if (record['type'] === 'allocate') {
      const {
        id,
        cores,
        memslices,
        units = false,
      } = record as unknown as {
        readonly id: number;
        readonly cores: number;
        readonly memslices: number;
        readonly units?: boolean;
      };
      if (units) {
        for (let unit = 0; unit < cores + memslices; unit += 1) {
          amounts.set(id + unit, [unit < cores ? 'core' : 'memslice', 1]);
        }
      } else {
        amounts.set(id, cores > 0 ? ['core', cores] : ['memslice', memslices]);
      }
      held.core += cores;
      held.memslice += memslices;
    } else if (record['type'] === 'release') {
      const [resource, amount] = must(amounts.get(Number(record['request'])), 'a request of the trace');
      held[resource] -= amount;
      t.true(amounts.delete(Number(record['request'])), 'released once');
    }
  }
  t.true(Math.abs(held.core / (8 * 128) - 0.5) < 0.05);
  t.true(Math.abs(held.memslice / (8 * 256) - 0.5) < 0.05);
});

interface Outcome {
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly refused: number;
}

/** Replays a trace under a baseline, as the loop does: events of an instant, then the trigger. */
function replay(path: string, scheduler: string): Outcome {
  const rows = openRack();
  const { records, problem } = readTrace(path);
  if (problem !== null) throw new Error(problem.message);
  const byTime = new Map<number, TraceRecord[]>();
  for (const record of records) byTime.set(record.atUs, [...(byTime.get(record.atUs) ?? []), record]);
  let refused = 0;
  for (const [nowUs, events] of byTime) {
    const context = recorder(rows, nowUs, nowUs);
    for (const event of events) rack.receive(event, context);
    const { keys, oldestUs } = rack.waiting(rows);
    const state = { nowUs, waiting: keys.length, oldestUs, lastSolveUs: 0, dueUs: null };
    if (trigger(rack.trigger, state).solve) must(solveDirectly(rack, scheduler, context), 'room for all');
    refused += context.refused.length;
  }
  return { metrics: rack.metrics(rows), refused };
}

const figures: readonly (readonly [scheduler: string, low: number, high: number])[] = [
  ['FillCurrent', 1, 1],
  ['RoundRobin', 1 / 3 - 0.001, 1 / 3 + 0.001],
  ['Random', 0.2, 0.5],
];

for (const [scheduler, low, high] of figures) {
  test(`memcached under ${scheduler}: the co-located share is from ${low.toFixed(2)} to ${high.toFixed(2)}`, (t) => {
    const { metrics, refused } = replay('fixtures/traces/rack/memcached.jsonl', scheduler);
    t.is(refused, 0);
    t.like(metrics, { placed: 320, refused: 0, waiting: 0 });
    const share = must(metrics['colocated_share'], 'the share');
    t.true(share >= low && share <= high, `${share}`);
  });

  test(`the small rack trace is served whole under ${scheduler}`, (t) => {
    const { metrics, refused } = replay('fixtures/traces/rack/dinos-small.jsonl', scheduler);
    t.is(refused, 0);
    t.like(metrics, { refused: 0, waiting: 0 });
    const utilisation = must(metrics['core_utilisation'], 'the utilisation');
    t.true(utilisation > 0.4 && utilisation < 0.6, `${utilisation}`);
  });
}
