import type { Random } from '../../base/random.js';

/**
 * How one container's work per request comes and goes within seconds. Nothing public tells CPU use by the tenth of a
 * second, so this is a model: calm most of the time, bursts of random length and height, noise on both. Declared with
 * every trace it makes.
 */
export interface BurstModel {
  /** Chance that a burst begins in a calm period, in millionths. */
  readonly startPpm: number;
  /** Mean length of a burst, periods; lengths are about geometric. */
  readonly periods: number;
  /** A burst's work per request over a calm one's: from this on, and the mean of what comes on top, in percent. */
  readonly heightPercent: number;
  readonly extraPercent: number;
  /** No burst is higher. */
  readonly mostPercent: number;
  /** Standard deviation of the work of a period, in percent. */
  readonly noisePercent: number;
}

/** Bursts of a quarter of a second, five times as high as what is around them and more: below what a second shows. */
export const BURSTS: BurstModel = {
  startPpm: 30_000,
  periods: 2.5,
  heightPercent: 500,
  extraPercent: 300,
  mostPercent: 1200,
  noisePercent: 15,
};

/** Multipliers of the work of a period, one after the other; 1 is calm. Endless. */
export function* burstFactors(model: BurstModel, random: Random): Generator<number, never> {
  let left = 0;
  let height = 1;
  for (;;) {
    if (left === 0 && random.next() < model.startPpm / 1e6) {
      left = 1 + Math.floor(exponential(random) * (model.periods - 0.5));
      const extra = exponential(random) * model.extraPercent;
      height = Math.min(model.mostPercent, model.heightPercent + extra) / 100;
    }
    const factor = left > 0 ? height : 1;
    left = Math.max(0, left - 1);
    yield factor * Math.max(0, 1 + (model.noisePercent / 100) * noise(random));
  }
}

/** An exponential law of mean 1. */
export const exponential = (random: Random): number => -Math.log(1 - random.next());

/** Four uniforms, centred: close enough to a standard normal for noise, and cheap. */
function noise(random: Random): number {
  const sum = random.next() + random.next() + random.next() + random.next();
  return (sum - 2) * Math.sqrt(3);
}
