/** Where time comes from. Decisions never read it; stage timings and live deadlines do. */
export interface Clock {
  /** Monotonic milliseconds, fractional. */
  nowMs(): number;
}

/** The process's monotonic clock. */
export const monotonicClock: Clock = { nowMs: () => performance.now() };

/** A clock that stands still, for replay and tests: every stage then takes 0 ms. */
export const stoppedClock: Clock = { nowMs: () => 0 };

/**
 * Like `after`, but what has arrived by then is served first: a process that got no processor for a while finds its
 * timers due before it looks at its messages.
 */
export function deadline(ms: number, action: () => void): () => void {
  let last: NodeJS.Immediate | undefined;
  const cancel = after(ms, () => {
    last = setImmediate(action);
  });
  return () => {
    cancel();
    clearImmediate(last);
  };
}

/** Runs `action` once, `ms` from now, unless the function it returns is called first. Live deadlines only. */
export function after(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
}
