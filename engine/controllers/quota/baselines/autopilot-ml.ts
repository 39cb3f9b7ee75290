import { must } from '../../../base/assert.js';

/**
 * Autopilot's second recommender (EuroSys'20, 3.2.3): an ensemble of models, each an argmin over the cost of having had
 * a limit, and a choice among them. Plain data.
 *
 * A model's overrun and underrun costs follow from samples faded at its own rate, so models of one rate share them.
 */
export interface MlState {
  /** Samples by bucket, faded, for each of `ML.rates`: o_L and u_L are its sums above and below L. */
  readonly faded: readonly (readonly number[])[];
  /** L'_m: the limit each model had chosen last, as a bucket; null before the first choice. By rate, then margin. */
  readonly chosen: readonly (number | null)[];
  /** c_m, by rate, then margin. */
  readonly costs: readonly number[];
  /** The model and limit in force; null before the first choice. */
  readonly model: number | null;
  readonly limit: number | null;
}

/** The weights of the choice. None were published; these are those of an open re-creation. */
export interface MlWeights {
  readonly overrun: number;
  readonly underrun: number;
  /** Cost of changing a limit, and of changing the model. */
  readonly limitChange: number;
  readonly modelChange: number;
  /** d: how fast a model's past costs fade. */
  readonly costRate: number;
  /** d_m of the models. */
  readonly rates: readonly number[];
  /** M_m of the models, as a share of L'_m: without any, a limit fed by what it lets pass can only fall. */
  readonly margins: readonly number[];
}

export const ML: MlWeights = {
  overrun: 0.5,
  underrun: 0.25,
  limitChange: 0.1,
  modelChange: 0.1,
  costRate: 0.75,
  rates: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  margins: [0.1, 0.15],
};

export function emptyMl(buckets: number, { rates, margins }: MlWeights = ML): MlState {
  const models = rates.length * margins.length;
  return {
    faded: rates.map(() => Array.from({ length: buckets }, () => 0)),
    chosen: Array.from({ length: models }, () => null),
    costs: Array.from({ length: models }, () => 0),
    model: null,
    limit: null,
  };
}

/**
 * w_o o_L + w_u u_L for every limit L: what samples above it and below it cost. Costs count samples, not amounts, so
 * the least of them without costs of change is an occupied bucket.
 */
export function limitCosts(
  samples: readonly number[],
  { overrun, underrun }: Pick<MlWeights, 'overrun' | 'underrun'>,
): number[] {
  const total = samples.reduce((sum, count) => sum + count, 0);
  let below = 0;
  return samples.map((count) => {
    const cost = overrun * (total - below - count) + underrun * below;
    below += count;
    return cost;
  });
}

/** The same cost for a limit that may lie between two bounds. */
export function costOfLimit(
  samples: readonly number[],
  bounds: readonly number[],
  limit: number,
  { overrun, underrun }: Pick<MlWeights, 'overrun' | 'underrun'>,
): number {
  let cost = 0;
  for (const [k, count] of samples.entries()) {
    const bound = must(bounds[k], 'a bound');
    cost += count * (bound > limit ? overrun : bound < limit ? underrun : 0);
  }
  return cost;
}

/** The cheapest limit, lowest first; a limit other than the last one costs `change` more. */
export function cheapestLimit(costs: readonly number[], last: number | null, change: number): number {
  let best = 0;
  let least = Infinity;
  for (const [bucket, cost] of costs.entries()) {
    const whole = cost + (last !== null && bucket !== last ? change : 0);
    if (whole < least) [best, least] = [bucket, whole];
  }
  return best;
}

/**
 * One step with the samples since the last one, counted by bucket: each model picks its limit and is charged for what
 * that limit would have met, then the model with the least cost is followed.
 */
export function stepMl(
  state: MlState,
  samples: readonly number[],
  bounds: readonly number[],
  weights: MlWeights = ML,
): MlState {
  const { overrun, underrun, limitChange, modelChange, costRate, rates, margins } = weights;
  const faded = state.faded.map((counts, at) => {
    const rate = must(rates[at], 'the rate of a model');
    return counts.map((count, k) => (1 - rate) * count + rate * must(samples[k], 'a count'));
  });
  const chosen: number[] = [];
  const costs: number[] = [];
  const limits: number[] = [];
  for (const counts of faded) {
    const costsOfLimits = limitCosts(counts, { overrun, underrun });
    for (const margin of margins) {
      const model = chosen.length;
      const last = state.chosen[model] ?? null;
      const bucket = cheapestLimit(costsOfLimits, last, limitChange);
      const limit = must(bounds[bucket], 'a bound') * (1 + margin);
      const met = costOfLimit(samples, bounds, limit, weights);
      const isChange = last !== null && last !== bucket;
      const before = must(state.costs[model], 'the cost of a model');
      chosen.push(bucket);
      limits.push(limit);
      costs.push(costRate * (met + (isChange ? limitChange : 0)) + (1 - costRate) * before);
    }
  }
  let model = 0;
  let least = Infinity;
  for (const [at, cost] of costs.entries()) {
    const isOther = state.model !== null && at !== state.model;
    const isMoved = state.limit !== null && limits[at] !== state.limit;
    const whole = cost + (isOther ? modelChange : 0) + (isMoved ? limitChange : 0);
    if (whole < least) [model, least] = [at, whole];
  }
  return { faded, chosen, costs, model, limit: must(limits[model], 'the limit of the model') };
}
