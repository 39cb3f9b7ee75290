import type { Recommender } from './recommender.js';

/** Limits at a share of what was profiled, set once (thesis 5.6). */
export function staticLimits(share: number): Recommender<true> {
  return {
    everyUs: 3_600_000_000,
    grain: 'second',
    sees: 'use',
    recommend: ({ profile }) => ({
      state: true,
      quotaUs: profile.workUs * share,
      // A need that is met exactly is no want.
      limitPages: Math.ceil(profile.needPages * share),
      restarts: false,
    }),
  };
}
