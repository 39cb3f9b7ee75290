import test from 'ava';
import { must } from '../../../engine/base/assert.js';
import type { MlState } from '../../../engine/controllers/quota/baselines/autopilot-ml.js';
import {
  ML,
  cheapestLimit,
  costOfLimit,
  emptyMl,
  limitCosts,
  stepMl,
} from '../../../engine/controllers/quota/baselines/autopilot-ml.js';
import {
  addToSignal,
  averageSignal,
  bucketOf,
  closeWindow,
  emptySignal,
  loadHistogram,
  loadPercentile,
  peakSignal,
  ratioBounds,
} from '../../../engine/controllers/quota/baselines/autopilot-signal.js';
import {
  holdHour,
  rawLimit,
  withMargin,
} from '../../../engine/controllers/quota/baselines/autopilot-window.js';

const bounds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

test('a value belongs to the first bucket whose bound holds it', (t) => {
  for (const [value, bucket] of [
    [0, 0],
    [1, 0],
    [1.01, 1],
    [10, 9],
    [99, 9],
  ] as const)
    t.is(bucketOf(bounds, value), bucket, String(value));
  const ratios = ratioBounds(2000, 400);
  t.is(ratios.length, 400);
  t.is(ratios[0], 2);
  t.true(Math.abs(must(ratios[399], 'the last bound') - 2000) < 1e-9);
});

test('the load of a level is the samples at it times the level', (t) => {
  // Figure 2 of the paper with its sums put right: nine samples at 1 and one at 10 carry 9 and 10 of 19.
  const signal = addToSignal(emptySignal(bounds), [1, 1, 1, 1, 1, 1, 1, 1, 1, 10]);
  t.deepEqual(loadHistogram(signal), [9, 0, 0, 0, 0, 0, 0, 0, 0, 10]);
  t.is(loadPercentile(signal, 9 / 19), 1);
  t.is(loadPercentile(signal, 0.48), 10);
  t.is(loadPercentile(emptySignal(bounds), 0.5), null);
});

test('windows fade by half-life; the average is of their means', (t) => {
  const first = closeWindow(addToSignal(emptySignal(bounds), [2, 4]), 0.5);
  t.is(averageSignal(first), 3);
  const second = addToSignal(first, [9]);
  // (0.5 * 3 + 9) / 1.5
  t.is(averageSignal(second), 7);
  t.deepEqual(loadHistogram(second), [0, 1, 0, 2, 0, 0, 0, 0, 9, 0]);
  t.is(averageSignal(closeWindow(second, 0.5)), 7);
});

test('a window without samples counts for nothing but ages the others', (t) => {
  const first = closeWindow(addToSignal(emptySignal(bounds), [4]), 0.5);
  const later = closeWindow(first, 0.5);
  t.is(averageSignal(later), 4);
  t.is(loadHistogram(later)[3], 1);
  t.is(averageSignal(emptySignal(bounds)), null);
});

test('a peak is of the last windows asked for', (t) => {
  let signal = emptySignal(bounds);
  for (const value of [9, 5, 3]) signal = closeWindow(addToSignal(signal, [value]), 0.9);
  signal = addToSignal(signal, [2]);
  t.is(peakSignal(signal, 1), 2);
  t.is(peakSignal(signal, 2), 3);
  t.is(peakSignal(signal, 3), 5);
  t.is(peakSignal(signal, 9), 9);
  t.is(peakSignal(emptySignal(bounds), 3), null);
});

test('each rule of the moving window reads its own figure', (t) => {
  const signal = addToSignal(emptySignal(bounds), [1, 1, 1, 1, 1, 1, 1, 1, 1, 10]);
  t.is(rawLimit(signal, { kind: 'average' }), 1.9);
  t.is(rawLimit(signal, { kind: 'load-percentile', p: 0.4 }), 1);
  t.is(rawLimit(signal, { kind: 'peak' }), 10);
  t.is(rawLimit(signal, { kind: 'half-peak', p: 0.4 }), 5);
});

test('the margin is 15 % of a small limit and 10 % of a large one', (t) => {
  t.is(withMargin(0, 10), 0);
  t.true(Math.abs(withMargin(1, 1e9) - 1.15) < 1e-6);
  t.true(Math.abs(withMargin(10, 10) - 11) < 1e-9);
  t.true(Math.abs(withMargin(100, 10) - 110) < 1e-9);
});

test('the greatest recommendation of the last hour is in force', (t) => {
  let history = holdHour([], { atMs: 0, limit: 5 });
  history = holdHour(history, { atMs: 60_000, limit: 9 });
  history = holdHour(history, { atMs: 120_000, limit: 4 });
  t.is(history[0]?.limit, 9);
  history = holdHour(history, { atMs: 3_659_999, limit: 3 });
  t.is(history[0]?.limit, 9);
  history = holdHour(history, { atMs: 3_660_000, limit: 3 });
  t.is(history[0]?.limit, 4);
});

test('costs count samples above and below a limit', (t) => {
  const costs = limitCosts([0, 5, 3, 0, 2], { overrun: 2, underrun: 1 });
  t.deepEqual(costs, [20, 10, 9, 12, 8]);
  t.is(cheapestLimit(costs, null, 0), 4);
  // Staying at bucket 2 costs 9, moving to bucket 4 costs 8 and the change.
  t.is(cheapestLimit(costs, 2, 0.5), 4);
  t.is(cheapestLimit(costs, 2, 1.5), 2);
  t.is(costOfLimit([0, 5, 3, 0, 2], [1, 2, 3, 4, 5], 3.5, { overrun: 2, underrun: 1 }), 2 * 2 + 8);
});

test('without costs of change the choice is an occupied bucket', (t) => {
  for (const samples of [
    [1, 0, 0, 7],
    [3, 0, 2, 0],
    [0, 0, 1, 0],
  ]) {
    const bucket = cheapestLimit(limitCosts(samples, { overrun: 2, underrun: 1 }), null, 0);
    t.true(must(samples[bucket], 'the count') > 0, samples.join(' '));
  }
});

test('a constant signal is met exactly, with the least margin', (t) => {
  let state = emptyMl(bounds.length);
  const samples = bounds.map((bound) => (bound === 4 ? 10 : 0));
  for (let step = 0; step < 5; step += 1) state = stepMl(state, samples, bounds);
  t.deepEqual(new Set(state.chosen), new Set([3]));
  // All models underrun alike, so the first one stays: margin 10 %.
  t.is(state.model, 0);
  t.is(state.limit, 4 * 1.1);
});

test('the model in force is left only for one that is cheaper by the costs of change', (t) => {
  const weights = { ...ML, rates: [0.1, 1], margins: [0] };
  const at = (level: number): number[] => bounds.map((bound) => (bound === level ? 10 : 0));
  let state: MlState = emptyMl(bounds.length, weights);
  for (let step = 0; step < 20; step += 1) state = stepMl(state, at(2), bounds, weights);
  t.is(state.model, 0);
  // The slow model keeps to 2 and is overrun; the one that forgets at once follows.
  state = stepMl(state, at(8), bounds, weights);
  t.is(state.model, 1);
  t.is(state.limit, 8);
});

test('the cost of a model fades at its rate', (t) => {
  const weights = { ...ML, rates: [1], margins: [0], overrun: 1, underrun: 1, limitChange: 0.25 };
  const at = (level: number): number[] => bounds.map((bound) => (bound === level ? 4 : 0));
  const first = stepMl(emptyMl(bounds.length, weights), at(3), bounds, weights);
  t.deepEqual(first.costs, [0]);
  const second = stepMl(first, at(6), bounds, weights);
  // Its limit follows at once and meets the samples; what it pays is the change.
  t.deepEqual(second.costs, [0.75 * 0.25]);
});
