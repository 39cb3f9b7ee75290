import type { Model } from '../model/model.js';
import { propagate } from './propagate.js';

/** Intervals of more values than this are not listed. */
const MOST_LISTED = 10_000;

/**
 * Per variable the values that the hard constraints leave it, or null where those are too many to list.
 * Null as a whole where they leave no answer.
 */
export function finiteDomains(model: Model): readonly (readonly number[] | null)[] | null {
  const found = propagate(model);
  if (found.kind === 'infeasible') return null;
  return found.variables.map(({ values, lo, hi }) => {
    if (values !== null) return values;
    if (lo === null || hi === null || hi - lo >= MOST_LISTED) return null;
    return Array.from({ length: hi - lo + 1 }, (_one, i) => lo + i);
  });
}
