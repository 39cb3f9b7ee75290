import test from 'ava';
import fc from 'fast-check';
import { numberText } from '../../engine/report/number-text.js';
import { poolCells, poolingOf, poolValues } from '../../engine/report/pool-grid.js';
import { cdfPoints, distributionOf, quantileOf } from '../../engine/report/quantiles.js';
import { svgElement, svgText } from '../../engine/report/svg.js';
import { thinLines } from '../../engine/report/thin-lines.js';
import type { LinesSection } from '../../engine/report/report.js';
import { HOSTILE } from '../helpers/sample-report.js';

const SEED = 20_261;

test('numbers are written with groups and at most four significant digits of a fraction', (t) => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0'],
    [-0, '0'],
    [1234, '1234'],
    [12_345, '12,345'],
    [-1_234_567, '−1,234,567'],
    [0.1, '0.1'],
    [1 / 3, '0.3333'],
    [123.456, '123.5'],
    [98_765.4, '98,765'],
    [0.000012345, '1.23e−5'],
    [-0.00004, '−4.00e−5'],
    [9999.96, '10,000'],
    [Infinity, '∞'],
    [Number.NaN, 'not a number'],
  ];
  for (const [value, text] of cases) t.is(numberText(value), text, String(value));
});

test(`a quantile is the least sample that its share of all does not exceed (seed ${SEED})`, (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (samples, share) => {
          const found = quantileOf(distributionOf(samples, null), share);
          const sorted = [...samples].sort((a, b) => a - b);
          return found === sorted[Math.max(0, Math.ceil(share * samples.length) - 1)];
        },
      ),
      { seed: SEED },
    ),
  );
});

test('counted samples are as many samples', (t) => {
  const counted = distributionOf([3, 1, 2], [1, 4, 5]);
  t.deepEqual(counted, distributionOf([1, 1, 1, 1, 2, 2, 2, 2, 2, 3], null));
  t.is(quantileOf(counted, 0.5), 2);
  t.is(quantileOf(distributionOf([], null), 0.5), null);
});

test(`a thinned distribution keeps its ends and is true at each point (seed ${SEED})`, (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 400 }),
        (samples) => {
          const of = distributionOf(samples, null);
          const { xs, shares } = cdfPoints(of, 20);
          return (
            xs.length <= 43 &&
            xs[0] === Math.min(...samples) &&
            xs[xs.length - 1] === Math.max(...samples) &&
            shares[shares.length - 1] === 1 &&
            xs.every((x, at) => shares[at] === samples.filter((one) => one <= x).length / samples.length)
          );
        },
      ),
      { seed: SEED },
    ),
  );
});

test(`thinned lines keep the ends, the peaks and the troughs (seed ${SEED})`, (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 500 }),
        (values) => {
          const section: LinesSection = {
            kind: 'lines',
            title: 't',
            note: null,
            x: { name: 'x', unit: null },
            y: { name: 'y', unit: null },
            xs: values.map((_, index) => index),
            series: [{ name: 's', shape: 'line', values }],
          };
          const kept = thinLines(section, 40);
          const shown = kept.map((index) => values[index] ?? 0);
          return (
            kept.length <= 41 &&
            kept.every((index, at) => at === 0 || index > (kept[at - 1] ?? 0)) &&
            kept[0] === 0 &&
            kept[kept.length - 1] === values.length - 1 &&
            Math.max(...shown) === Math.max(...values) &&
            Math.min(...shown) === Math.min(...values)
          );
        },
      ),
      { seed: SEED },
    ),
  );
});

test('a grid too large is drawn in blocks of means', (t) => {
  const axis = (name: string, length: number): { name: string; labels: string[] } => ({
    name,
    labels: Array.from({ length }, (_, index) => String(index)),
  });
  const pooling = poolingOf(axis('row', 3), axis('column', 5), 6);
  t.is(pooling.side, 2);
  t.deepEqual(pooling.rows.labels, ['0..1', '2']);
  t.deepEqual(pooling.columns.labels, ['0..1', '2..3', '4']);
  const values = [0, 2, null, null, 4, 4, 6, null, null, 8, 1, 3, 5, 7, null];
  t.deepEqual(poolValues(values, pooling), [3, null, 6, 2, 6, null]);
  t.deepEqual(poolCells([14, 0, 6, 13], pooling), [0, 4, 5]);
  const whole = poolingOf(axis('row', 3), axis('column', 5), 15);
  t.is(whole.side, 1);
  t.deepEqual(poolValues(values, whole), values);
});

test('drawings are made of checked names and escaped texts only', (t) => {
  const drawn = svgElement('text', { x: 1 / 3, fill: HOSTILE, class: null }, svgText(HOSTILE));
  t.false(drawn.includes('<script'));
  t.true(drawn.startsWith('<text x="0.33" fill="'));
  t.throws(() => svgElement('script', {}));
  t.throws(() => svgElement('foreignObject', {}));
  t.throws(() => svgElement('a', { href: 'https://example.org' }));
  t.throws(() => svgElement('g', { onclick: 'x' }));
  t.throws(() => svgElement('rect', { fill: 'url(https://example.org/x)' }));
  t.notThrows(() => svgElement('rect', { fill: 'url(#pattern)' }));
});
