import test from 'ava';
import type { CaptainState } from '../../../engine/controllers/quota/baselines/captain.js';
import { CAPTAIN, startCaptain, stepCaptain } from '../../../engine/controllers/quota/baselines/captain.js';

/** Ten periods of the same use, the first `throttled` of them throttled. */
function second(state: CaptainState, use: number, throttled: number): CaptainState {
  let next = state;
  for (let period = 0; period < CAPTAIN.decisionPeriods; period += 1)
    next = stepCaptain(next, use, period < throttled ? 1 : 0);
  return next;
}

/** Five quiet seconds, so that no zero of the start is left among the uses. */
function settled(quota: number, use: number): CaptainState {
  const state = startCaptain(quota);
  return { ...state, uses: state.uses.map(() => use) };
}

test('it decides every ten periods', (t) => {
  let state = settled(100_000, 20_000);
  for (let period = 1; period < CAPTAIN.decisionPeriods; period += 1) {
    state = stepCaptain(state, 20_000, 0);
    t.is(state.quota, 100_000, `period ${period}`);
  }
  t.not(stepCaptain(state, 20_000, 0).quota, 100_000);
});

test('too many throttled periods raise the quota by what is beyond three times the target', (t) => {
  // Four of ten against 3 * 0.05: 1 + 0.4 - 0.15.
  const state = second(settled(100_000, 100_000), 100_000, 4);
  t.is(Math.round(state.quota), 125_000);
  t.true(Math.abs(state.margin - 3.35) < 1e-9);
});

test('a scale-down goes to the greatest use and a margin, at most to half', (t) => {
  t.is(second(settled(100_000, 70_000), 70_000, 0).quota, 70_000);
  t.is(second(settled(100_000, 10_000), 10_000, 0).quota, 50_000);
});

test('a scale-down of less than a tenth is not worth it', (t) => {
  t.is(second(settled(100_000, 91_000), 91_000, 0).quota, 100_000);
});

test('the margin multiplies the standard deviation of the last fifty uses', (t) => {
  const state = startCaptain(100_000);
  const uses = state.uses.map((_use, index) => (index % 2 === 0 ? 10_000 : 14_000));
  let next: CaptainState = { ...state, uses };
  for (let period = 0; period < 10; period += 1)
    next = stepCaptain(next, period % 2 === 0 ? 10_000 : 14_000, 0);
  // Fifty alternating values: deviation 2000 * sqrt(50 / 49); margin 3 - 0.05.
  t.true(Math.abs(next.margin - 2.95) < 1e-9);
  t.is(next.quota, 50_000);
  const tight = { ...next, quota: 24_000, before: 24_000 };
  let last = tight;
  for (let period = 0; period < 10; period += 1)
    last = stepCaptain(last, period % 2 === 0 ? 10_000 : 14_000, 0);
  t.true(Math.abs(last.quota - (14_000 + 2.9 * 2000 * Math.sqrt(50 / 49))) < 1e-6);
});

test('a fresh scale-down that throttles is taken back twice over, at once', (t) => {
  const down = second(settled(100_000, 60_000), 60_000, 0);
  t.is(down.quota, 60_000);
  const once = stepCaptain(down, 60_000, 1);
  t.is(once.quota, 60_000);
  const twice = stepCaptain(once, 60_000, 1);
  t.is(twice.quota, 2 * 100_000 - 60_000);
  // Taken back once only: the next throttles count afresh.
  t.false(twice.isFreshScaleDown);
  t.deepEqual(new Set(twice.throttles), new Set([0]));
});

test('the margin never falls below 0 and the quota never below a hundredth of a core', (t) => {
  let state = settled(2000, 0);
  for (let turn = 0; turn < 100; turn += 1) state = second(state, 0, 0);
  t.is(state.margin, 0);
  t.is(state.quota, CAPTAIN.leastQuota);
});
