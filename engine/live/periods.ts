/** A period that work is due in. */
export interface Period {
  readonly number: number;
  readonly dueMs: number;
  /** Periods since the last one that passed without any work. */
  readonly missed: number;
}

/**
 * The period that follows `last`, of those that begin at `startMs + number * lengthMs`: they do not drift, however late
 * the work in each begins. Where the work of the last one ran into later ones, the newest of these that has begun
 * follows, at once; those before it are missed.
 */
export function nextPeriod(startMs: number, lengthMs: number, last: number, nowMs: number): Period {
  const number = Math.max(last + 1, Math.floor((nowMs - startMs) / lengthMs));
  return { number, dueMs: startMs + number * lengthMs, missed: number - last - 1 };
}
