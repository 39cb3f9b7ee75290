import { ALIKE } from './construct.js';

/** Moves after which what they gained is forgotten. */
const FORGOTTEN = 16_384;
/** One of so many moves is worked out whole in any case. */
const WHOLE = 64;

/**
 * What moves have lately gained beside what their loads are worth by themselves, at most: tells most of those that will not
 * be accepted before all that follows from them is worked out. A guess, which costs a good move now and then.
 */
export class Gains {
  private most = Infinity;
  private next = 0;
  private moves = 0;

  /** Whether a move whose loads alone make the objective `byLoads` most likely comes to less than `least`. */
  isHopeless(byLoads: number, least: number): boolean {
    this.moves += 1;
    if (this.moves % FORGOTTEN === 0) {
      this.most = this.next;
      this.next = 0;
    }
    return this.moves % WHOLE !== 0 && byLoads + this.most < least - ALIKE;
  }

  /** A move that was worked out whole has gained so much beside its loads. */
  note(gain: number): void {
    if (gain > this.next) this.next = gain;
    if (gain > this.most) this.most = gain;
  }
}
