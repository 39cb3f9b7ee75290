import type { LoopEvent } from './controller.js';
import type { Emitted, Loop, TickResult } from './loop.js';

/** Called with what leaves the loop, in order; `atUs` is the logical time it left at. */
export interface RunnerHooks {
  readonly onTaken?: (emitted: Emitted, atUs: number) => void;
  readonly onTick?: (result: TickResult, atUs: number) => void;
}

/**
 * Drives a loop along logical time, for replay and live use alike.
 * - All events of one instant are taken in before the trigger is asked at that instant, but for those that the
 *   controller lets wait for a decision.
 * - What falls due between two instants is decided at its due time, before the later events.
 */
export class Runner {
  private us: number;

  constructor(
    private readonly loop: Loop,
    private readonly hooks: RunnerHooks,
  ) {
    this.us = loop.lastUs();
  }

  /** Logical time, microseconds; never goes back. */
  get nowUs(): number {
    return this.us;
  }

  /** Takes in the events of one instant, not earlier than anything before. */
  async take(events: readonly LoopEvent[]): Promise<void> {
    const [first] = events;
    if (first === undefined) return;
    await this.decideUntil(first.atUs - 1);
    this.advance(first.atUs);
    for (let rest = events; rest.length > 0;) {
      const taken = this.loop.take(rest);
      this.hooks.onTaken?.(taken, first.atUs);
      rest = rest.slice(taken.taken);
      if (rest.length > 0) await this.decide();
    }
    await this.decideUntil(first.atUs);
  }

  /** When the next batch is due if nothing else happens, or null. */
  nextDueUs(): number | null {
    const answer = this.loop.due(this.us);
    return answer.solve ? this.us : answer.dueUs;
  }

  /** Decides every batch due up to an instant, each at its own due time. */
  async decideUntil(limitUs: number): Promise<void> {
    for (;;) {
      const dueUs = this.nextDueUs();
      if (dueUs === null || dueUs > limitUs) return;
      this.advance(dueUs);
      if (!this.loop.due(this.us).solve) return;
      await this.decide();
    }
  }

  private async decide(): Promise<void> {
    const result = await this.loop.decide(this.us);
    this.hooks.onTick?.(result, this.us);
  }

  private advance(atUs: number): void {
    this.us = Math.max(this.us, atUs);
  }
}
