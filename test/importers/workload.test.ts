import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import { must } from '../../engine/base/assert.js';
import { DiagnosticError } from '../../engine/base/diagnostic.js';
import { seededRandom } from '../../engine/base/random.js';
import { readOptions } from '../../engine/importers/import-options.js';
import type { Imported } from '../../engine/importers/importer.js';
import { APPLICATIONS } from '../../engine/importers/workload/applications.js';
import { BURSTS, burstFactors } from '../../engine/importers/workload/bursts.js';
import { demandSeries, secondPeak } from '../../engine/importers/workload/demand-series.js';
import { readRates } from '../../engine/importers/workload/read-rates.js';
import type { Workload } from '../../engine/importers/workload/request-rates.js';
import { WORKLOADS, requestCounts } from '../../engine/importers/workload/request-rates.js';
import { openLoad, requestRates, workload } from '../../engine/importers/workload/workload.js';
import type { TraceEvent } from '../../engine/replay/trace.js';

function fileOf(t: ExecutionContext, name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'edict-workload-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

function countsOf(load: Workload, periods: number, seed = 1): number[] {
  const counts = requestCounts(load, seededRandom(seed));
  return Array.from({ length: periods }, () => counts.next().value);
}

const sum = (values: readonly number[]): number => values.reduce((before, one) => before + one, 0);

const load = { workload: WORKLOADS.burst, bursts: BURSTS, seconds: 30, warmup: 10, seed: 1, notes: {} };

test('the fixed workload has the same number of requests in every second', (t) => {
  t.deepEqual(new Set(countsOf(WORKLOADS.fixed, 100)), new Set([40]));
  const odd = countsOf({ kind: 'fixed', rate: 33 }, 100);
  t.is(sum(odd), 330);
  for (let start = 0; start < 100; start += 10) t.is(sum(odd.slice(start, start + 10)), 33);
});

test('exponential gaps give counts whose mean and variance are alike', (t) => {
  const counts = countsOf({ kind: 'exponential', rate: 100 }, 20_000);
  const mean = sum(counts) / counts.length;
  const variance = sum(counts.map((count) => (count - mean) ** 2)) / counts.length;
  t.true(Math.abs(mean - 10) < 0.1, String(mean));
  t.true(Math.abs(variance - 10) < 0.5, String(variance));
});

test('bursts come for ten of every twenty seconds on top of the rest', (t) => {
  const counts = countsOf(WORKLOADS.burst, 400);
  for (const [from, rate] of [
    [0, 650],
    [100, 50],
    [200, 650],
    [300, 50],
  ] as const) {
    const seen = sum(counts.slice(from, from + 100)) / 10;
    t.true(Math.abs(seen - rate) < 5 * Math.sqrt(rate / 10), `${seen} from ${from}`);
  }
});

test('recorded rates are read at their speed, and again from the start', (t) => {
  const counts = countsOf({ kind: 'trace', rates: [10_000, 20_000], speed: 10 }, 40);
  for (const [period, count] of counts.entries()) {
    const mean = period % 2 === 0 ? 1000 : 2000;
    t.true(Math.abs(count - mean) < 6 * Math.sqrt(mean), `${count} in ${period}`);
  }
});

test('bursts are as frequent, long and high as the model says', (t) => {
  const factors = burstFactors({ ...BURSTS, noisePercent: 0 }, seededRandom(3));
  const seen = Array.from({ length: 50_000 }, () => factors.next().value);
  const bursts = seen.filter((factor) => factor > 1);
  t.true(bursts.every((factor) => factor >= 5 && factor <= 12));
  const starts = seen.filter((factor, at) => factor > 1 && seen[at - 1] !== factor).length;
  const calm = seen.length - bursts.length;
  t.true(Math.abs(starts / (calm + starts) - 0.03) < 0.003);
  t.true(Math.abs(bursts.length / starts - 2.5) < 0.2, String(bursts.length / starts));
});

test('the greatest means over a second add up to the use that was asked for', (t) => {
  const { cpu, memory } = demandSeries({
    containers: 7,
    periods: 600,
    workload: WORKLOADS.exponential,
    bursts: BURSTS,
    cpuUs: 1_000_000,
    memoryPages: 500_000,
    seed: 4,
  });
  t.is(cpu.length, 7);
  t.true(Math.abs(sum(cpu.map(secondPeak)) - 1_000_000) < 7);
  t.true(Math.abs(sum(memory.map((need) => Math.max(...need))) - 500_000) < 7);
  t.true(cpu.every((work) => work.every((one) => one >= 0)));
});

test('the published applications have the limits that were published', (t) => {
  t.deepEqual(
    APPLICATIONS.map(({ name, containers, limits }) => [
      name,
      containers,
      limits['1.5'].millicores,
      limits['1.5'].mib,
    ]),
    [
      ['train-ticket', 68, 156_579, 39_250],
      ['teastore', 7, 18_894, 10_235],
      ['hipster-shop', 11, 16_566, 1401],
      ['media-microservices', 32, 31_728, 7890],
    ],
  );
});

const field = (event: TraceEvent | undefined, name: string): unknown => must(event, 'the event').fields[name];

test('a load becomes an application, its containers, what was profiled and a demand for every period', (t) => {
  const { header, events } = openLoad({ ...load, application: 'teastore' });
  t.is(header.controller, 'quota');
  t.is(header.notes['warmup_s'], 10);
  const all = [...events];
  t.deepEqual(
    all.slice(0, 4).map(({ type }) => type),
    ['application', 'deploy', 'profile', 'demand'],
  );
  t.is(all.length, 3 + 400);
  t.is(field(all[0], 'cpu_us'), 1_889_400);
  t.is(field(all[0], 'memory_pages'), 10_235 * 256);
  t.is(field(all[2], 'measure_from_us'), 10_000_000);
  const work = field(all[2], 'work_us') as number[];
  // One and a half times what was profiled fits into the application's limit, but for rounding up.
  t.true(sum(work) * 1.5 <= 1_889_400 + 1.5 * 7);
  for (const event of all.slice(3)) {
    t.is((field(event, 'work_us') as number[]).length, 7);
    t.is((field(event, 'need_pages') as number[]).length, 7);
  }
  t.deepEqual(
    all.slice(3).map(({ atUs }) => atUs),
    Array.from({ length: 400 }, (_none, period) => (period + 1) * 100_000),
  );
  t.deepEqual([...events], all, 'iterated again it is the same');
});

test('the seed decides', (t) => {
  const made = (seed: number): TraceEvent[] => [
    ...openLoad({ ...load, application: 'teastore', seed }).events,
  ];
  t.deepEqual(made(5), made(5));
  t.notDeepEqual(made(5), made(6));
});

function openFile(t: ExecutionContext, text: string, given: readonly string[] = []): Imported {
  const path = fileOf(t, 'load.json', text);
  return workload.open(path, readOptions(workload, given)) as Imported;
}

test('a description may be overruled on the command line', (t) => {
  const text = '{"application":"teastore","workload":"fixed","seconds":5,"warmup":1,"bursts":{"periods":4}}';
  t.is([...openFile(t, text).events].length, 3 + 60);
  t.is([...openFile(t, text, ['seconds=2', 'warmup=0']).events].length, 3 + 20);
  t.is((openFile(t, text).header.notes['bursts'] as { periods: number }).periods, 4);
});

test('recorded rates may stand beside the description', (t) => {
  const path = fileOf(t, 'rates.csv', 't_s,rps\n0,100\n1,200\n');
  writeFileSync(
    join(path, '..', 'load.json'),
    '{"application":"teastore","workload":"trace","rates":"rates.csv","speed":2,"seconds":3,"warmup":0}',
  );
  const { header, events } = workload.open(join(path, '..', 'load.json'), new Map()) as Imported;
  t.deepEqual(header.notes['workload'], { kind: 'trace', rates: '2 recorded seconds', speed: 2 });
  t.is([...events].length, 3 + 30);
});

test('rates are numbers alone, or the second column of two', (t) => {
  t.deepEqual(readRates(fileOf(t, 'a.txt', '10\n20\r\n\n30')), [10, 20, 30]);
  t.deepEqual(readRates(fileOf(t, 'a.csv', 't_s,rps\n0,7\n1,8\n')), [7, 8]);
  const options = readOptions(requestRates, ['application=teastore', 'seconds=2', 'warmup=1']);
  t.is([...(requestRates.open(fileOf(t, 'b.txt', '100\n'), options) as Imported).events].length, 3 + 30);
});

const refused: readonly (readonly [title: string, text: string, message: RegExp])[] = [
  ['torn JSON', '{"application"', /not whole JSON/],
  ['a list', '[]', /no JSON object/],
  ['an unknown application', '{"application":"teastor","workload":"fixed"}', /no application `teastor`/],
  ['an unknown workload', '{"application":"teastore","workload":"fix"}', /not fixed, exponential/],
  ['an unknown field', '{"application":"teastore","workload":"fixed","sed":1}', /no field `sed`/],
  ['half a second', '{"application":"teastore","workload":"fixed","seconds":0.5}', /not a whole number/],
  [
    'a burst of no such kind',
    '{"application":"teastore","workload":"fixed","bursts":{"hight":1}}',
    /no field `hight`/,
  ],
  ['rates of nowhere', '{"application":"teastore","workload":"trace"}', /names no file/],
];

for (const [title, text, message] of refused) {
  test(`a description with ${title} is refused`, (t) => {
    const error = t.throws(() => openFile(t, text), { instanceOf: DiagnosticError });
    t.regex(error.message, message);
  });
}

test('rates with a word among them, or none, are refused', (t) => {
  for (const text of ['10\nten\n', 't_s,rps\n', '1;2\n'])
    t.throws(() => readRates(fileOf(t, 'a.txt', text)), { instanceOf: DiagnosticError });
});
