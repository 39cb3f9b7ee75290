import type { LinesSection } from './report.js';

/**
 * Indexes of at most about `limit` samples that keep what a line shows: of each run of samples the first, and those
 * where a series is lowest or highest.
 */
export function thinLines({ xs, series }: LinesSection, limit: number): number[] {
  const { length } = xs;
  if (length <= limit) return Array.from({ length }, (_, index) => index);
  const runs = Math.max(1, Math.floor(limit / (1 + 2 * series.length)));
  const kept: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const from = Math.floor((run * length) / runs);
    const to = Math.floor(((run + 1) * length) / runs);
    const marked = new Set<number>([from]);
    for (const { values } of series) {
      let least: number | null = null;
      let most: number | null = null;
      for (let index = from; index < to; index += 1) {
        const value = values[index] ?? null;
        if (value === null) continue;
        if (least === null || value < (values[least] ?? 0)) least = index;
        if (most === null || value > (values[most] ?? 0)) most = index;
      }
      if (least !== null) marked.add(least);
      if (most !== null) marked.add(most);
    }
    kept.push(...[...marked].sort((a, b) => a - b));
  }
  const end = length - 1;
  if (kept[kept.length - 1] !== end) kept.push(end);
  return kept;
}
