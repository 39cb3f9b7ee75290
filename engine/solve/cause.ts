import { byNumber } from '../base/order.js';
import type { OriginId } from '../model/model.js';

/** Why something was narrowed: the constraints used, and the causes of what else was known. */
export interface Cause {
  readonly origin: OriginId | null;
  readonly parents: readonly Cause[];
}

/** One of the origins a cause rests on; null where it rests on none. */
export function someOrigin(cause: Cause): OriginId | null {
  const seen = new Set<Cause>();
  // A cause of loads has thousands of parents, the first of which mostly tells: no list of all is made.
  const path = [{ cause, next: 0 }];
  for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
    if (at.cause.origin !== null) return at.cause.origin;
    const parent = at.cause.parents[at.next];
    at.next += 1;
    if (parent === undefined) path.pop();
    else if (!seen.has(parent)) {
      seen.add(parent);
      path.push({ cause: parent, next: 0 });
    }
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
