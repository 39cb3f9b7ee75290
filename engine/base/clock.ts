/** Where time comes from. Decisions never read it; stage timings and live deadlines do. */
export interface Clock {
  /** Monotonic milliseconds, fractional. */
  nowMs(): number;
}

/** The process's monotonic clock. */
export const monotonicClock: Clock = { nowMs: () => performance.now() };

/** A clock that stands still, for replay and tests: every stage then takes 0 ms. */
export const stoppedClock: Clock = { nowMs: () => 0 };

/** Runs `action` once, `ms` from now, unless the function it returns is called first. Live deadlines only. */
export function after(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
}
