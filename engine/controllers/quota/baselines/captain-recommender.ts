import type { CaptainState } from './captain.js';
import { CAPTAIN, startCaptain, stepCaptain } from './captain.js';
import type { Recommender } from './recommender.js';

/** Autothrottle's local controller. It leaves memory alone, which keeps the static limit of 1.5 times the profile. */
export const captain: Recommender<CaptainState> = {
  everyUs: 100_000,
  grain: 'period',
  sees: 'use',
  recommend: ({ profile, samples, state }) => {
    const start = state ?? startCaptain(Math.max(CAPTAIN.leastQuota, profile.workUs));
    const next = samples.reduce(
      (before, { cpuUs, throttled }) => stepCaptain(before, cpuUs, throttled),
      start,
    );
    return {
      state: next,
      quotaUs: next.quota,
      limitPages: Math.ceil(profile.needPages * 1.5),
      restarts: false,
    };
  },
};
