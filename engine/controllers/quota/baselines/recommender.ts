/** One second of a container, or one period, as a recommender sees it. */
export interface Sample {
  /** Mean CPU work per period, microseconds. */
  readonly cpuUs: number;
  /** Most pages. */
  readonly pages: number;
  /** Periods throttled. */
  readonly throttled: number;
}

/** A container when it is to be recommended for. */
export interface Recommended<State> {
  /** What its container was profiled at. */
  readonly profile: { readonly workUs: number; readonly needPages: number };
  readonly quotaUs: number;
  readonly limitPages: number;
  /** Since it was last recommended for, oldest first. */
  readonly samples: readonly Sample[];
  /** Kills for want of memory since then. */
  readonly oomKills: number;
  /** Null the first time. */
  readonly state: State | null;
  readonly nowMs: number;
}

export interface Recommendation<State> {
  readonly state: State;
  readonly quotaUs: number;
  readonly limitPages: number;
  /** True where limits are changed by ending the container and starting it anew. */
  readonly restarts: boolean;
}

/** Code of a baseline: pure, one container at a time. `State` is plain data; it is kept as JSON. */
export interface Recommender<State> {
  /** Microseconds between two recommendations for a container. */
  readonly everyUs: number;
  readonly grain: 'period' | 'second';
  /**
   * `demand`: it sees what was asked for, as recommenders were tuned on recorded use. `use`: it sees what its own limits
   * let through.
   */
  readonly sees: 'demand' | 'use';
  recommend(container: Recommended<State>): Recommendation<State>;
}
