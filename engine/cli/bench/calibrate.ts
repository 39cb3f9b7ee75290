import type { Clock } from '../../base/clock.js';
import { median } from './measure-size.js';

const ROUNDS = 1_000_000;
const SAMPLES = 9;
const WARM_UP = 5;

/** Median milliseconds of fixed integer work. Figures of different machines compare as multiples of it. */
export function calibrate(clock: Clock): number {
  const times: number[] = [];
  let state = 1;
  for (let sample = 0; sample < WARM_UP + SAMPLES; sample += 1) {
    const started = clock.nowMs();
    // The compiler can neither skip this nor spread it over lanes, since what is made here is read below.
    for (let round = 0; round < ROUNDS; round += 1)
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + round;
    if (sample >= WARM_UP) times.push(clock.nowMs() - started);
  }
  return Number.isNaN(state) ? NaN : median(times);
}
