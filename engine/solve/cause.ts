import { byNumber } from '../base/order.js';
import type { OriginId } from '../model/model.js';

/** Why something was narrowed: the constraints used, and the causes of what else was known. */
export interface Cause {
  readonly origin: OriginId | null;
  readonly parents: readonly Cause[];
}

/** One of the origins a cause rests on, the nearest found; null where it rests on none. */
export function nearestOrigin(cause: Cause): OriginId | null {
  const seen = new Set<Cause>([cause]);
  // Grows while it is gone through: those nearest to the cause come first.
  for (const { origin, parents } of seen) {
    if (origin !== null) return origin;
    for (const parent of parents) seen.add(parent);
  }
  return null;
}

/** All origins a cause rests on, ascending: together they suffice for what was concluded. */
export function originsOf(cause: Cause): OriginId[] {
  const origins = new Set<OriginId>();
  const seen = new Set<Cause>([cause]);
  const stack = [cause];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next.origin !== null) origins.add(next.origin);
    for (const parent of next.parents) {
      if (seen.has(parent)) continue;
      seen.add(parent);
      stack.push(parent);
    }
  }
  return [...origins].sort(byNumber);
}
