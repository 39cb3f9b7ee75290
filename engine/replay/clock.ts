import { assert } from '../base/assert.js';

/** Logical time of a replay, microseconds. It stands still except to move to the next due event, never back. */
export class VirtualClock {
  private us = 0;

  get nowUs(): number {
    return this.us;
  }

  /** Moves on to the time of an event that is due; throws InternalError for a time that is past. */
  advanceTo(timeUs: number): void {
    assert(timeUs >= this.us, () => `the clock stands at ${this.us} us and cannot go back to ${timeUs} us`);
    this.us = timeUs;
  }
}
