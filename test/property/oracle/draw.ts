import type { Random } from '../../../engine/base/random.js';
import { seededRandom } from '../../../engine/base/random.js';

/** Random choices; the same seed makes the same ones. */
export class Draw {
  private readonly random: Random;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  below(bound: number): number {
    return this.random.below(bound);
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  /** Null every seventh time. */
  nullable<T>(value: T): T | null {
    return this.chance(15) ? null : value;
  }
}
