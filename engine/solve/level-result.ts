import type { LevelResult } from './solver.js';

/** A level's value beside what is proved of it. */
export function levelResult(priority: number, value: number, bound: number | null): LevelResult {
  const gap = bound === null ? null : (bound - value) / Math.max(1, Math.abs(bound));
  return { priority, value, bound, gap };
}
