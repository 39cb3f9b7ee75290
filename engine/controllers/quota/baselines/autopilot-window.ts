import type { Signal } from './autopilot-signal.js';
import { averageSignal, loadPercentile, peakSignal } from './autopilot-signal.js';

/** How a resource is recommended from its signal (EuroSys'20, 3.2.2). */
export type WindowRule =
  /** CPU of batch work. */
  | { readonly kind: 'average' }
  /** CPU of serving work, memory of work that stands few kills: a percentile of the load. */
  | { readonly kind: 'load-percentile'; readonly p: number }
  /** Memory of work that stands hardly a kill. */
  | { readonly kind: 'peak' }
  /** Memory between the two: a percentile of the load, but no less than half the peak. */
  | { readonly kind: 'half-peak'; readonly p: number };

/** A recommendation before the maximum over the last hour is taken. */
export interface TimedLimit {
  readonly atMs: number;
  readonly limit: number;
}

/** Serving work: the 95th percentile of the load; memory: low tolerance of kills, the 98th. */
export const WINDOW = {
  windowMs: 300_000,
  cpuRule: { kind: 'load-percentile', p: 0.95 },
  memoryRule: { kind: 'load-percentile', p: 0.98 },
  cpuHalfLifeMs: 43_200_000,
  memoryHalfLifeMs: 172_800_000,
  /** 10 to 15 % were published, less for large limits. */
  margin: 0.15,
  largeMargin: 0.1,
  holdMs: 3_600_000,
  buckets: 400,
  /** Windows of a peak: a day. */
  peakWindows: 288,
} as const satisfies Readonly<Record<string, WindowRule | number>>;

/** What the rule makes of a signal, without margin; null without samples. */
export function rawLimit(signal: Signal, rule: WindowRule): number | null {
  switch (rule.kind) {
    case 'average':
      return averageSignal(signal);
    case 'load-percentile':
      return loadPercentile(signal, rule.p);
    case 'peak':
      return peakSignal(signal, WINDOW.peakWindows);
    case 'half-peak': {
      const peak = peakSignal(signal, WINDOW.peakWindows);
      const share = loadPercentile(signal, rule.p);
      return peak === null || share === null ? null : Math.max(share, peak / 2);
    }
  }
}

/** The limit with its margin: 15 %, falling to 10 % from `large` on. */
export function withMargin(limit: number, large: number): number {
  const share = Math.min(1, limit / large);
  return limit * (1 + WINDOW.margin - share * (WINDOW.margin - WINDOW.largeMargin));
}

/**
 * Adds a recommendation to those of the last hour and drops what can no longer be the greatest; the first one left is
 * the maximum of the hour.
 */
export function holdHour(history: readonly TimedLimit[], next: TimedLimit): TimedLimit[] {
  const kept = history.filter(({ atMs, limit }) => next.atMs - atMs < WINDOW.holdMs && limit > next.limit);
  return [...kept, next];
}
