import { byNumber } from '../base/order.js';
import type { OriginId } from '../model/model.js';

/** Why something was narrowed: the constraints used, and the causes of what else was known. */
export interface Cause {
  readonly origin: OriginId | null;
  readonly parents: readonly Cause[];
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
