import test from 'ava';
import type { Clock } from '../../engine/base/clock.js';
import { growthExponent, measure, measureInTurns, percentile } from '../../bench/measure.js';
import { printTable } from '../../bench/print-table.js';
import { p1Model } from '../../bench/p1-model.js';
import { dump } from '../../engine/model/dump.js';

test('a percentile is the smallest sample that so many do not exceed', (t) => {
  const samples = [40, 10, 30, 20];
  t.deepEqual(
    [1, 25, 26, 50, 95, 100].map((percent) => percentile(samples, percent)),
    [10, 10, 20, 20, 40, 40],
  );
});

test('the exponent of a power law is found whatever its factor', (t) => {
  for (const exponent of [0, 1, 1.5, 2]) {
    const points = [100, 1000, 10_000].map((size) => ({ size, ms: 0.3 * size ** exponent }));
    t.true(Math.abs(growthExponent(points) - exponent) < 1e-9);
  }
});

/** A clock on which every run of the work takes `ms`. */
function steppedClock(ms: number): { clock: Clock; work: () => void } {
  let now = 0;
  return {
    clock: { nowMs: () => now },
    work: () => {
      now += ms;
    },
  };
}

for (const [ms, runs] of [
  [1, 20],
  [10, 10],
  [40, 3],
  [101, 1],
] as const) {
  test(`work of ${ms} ms in a budget of 100 ms and 20 runs counts ${runs} times`, (t) => {
    const { clock, work } = steppedClock(ms);
    const timing = measure(clock, { budgetMs: 100, most: 20 }, work);
    t.is(timing.runs, runs);
    t.is(timing.medianMs, ms);
  });
}

test('works in turns share one budget and are run equally often', (t) => {
  let now = 0;
  const work = (ms: number) => () => (now += ms);
  const timings = measureInTurns({ nowMs: () => now }, { budgetMs: 100, most: 20 }, [work(3), work(17)]);
  t.deepEqual(
    timings.map(({ runs, medianMs }) => [runs, medianMs]),
    [
      [10, 3],
      [10, 17],
    ],
  );
});

test('a table aligns numbers to the right and shows nothing as a dash', (t) => {
  const rows = [
    { name: 'a', count: 12_345, time_ms: 0.5 },
    { name: 'bcd', count: 7, time_ms: null },
  ];
  t.is(
    printTable({ name: 'x', title: 'Title', rows }),
    [
      'Title',
      '  name   count  time_ms',
      '  ----  ------  -------',
      '  a     12,345    0.500',
      '  bcd        7        -',
      '',
    ].join('\n'),
  );
});

test('a P1 instance depends on its seed and on nothing else', (t) => {
  const options = { requests: 6, hosts: 4, kind: 'tight', seed: 1 } as const;
  t.is(dump(p1Model(options)), dump(p1Model(options)));
  t.not(dump(p1Model(options)), dump(p1Model({ ...options, seed: 2 })));
});
