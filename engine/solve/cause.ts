import { byNumber } from '../base/order.js';
import type { OriginId } from '../model/model.js';

/** Why something was narrowed: the constraints used, and the causes of what else was known. */
export interface Cause {
  readonly origin: OriginId | null;
  readonly parents: readonly Cause[];
}

/** Finds the least origin that causes rest on; what many of them have in common is gone through once. */
export class FirstOrigins {
  private readonly known = new Map<Cause, number>();

  /** Infinity where a cause rests on none. */
  of(cause: Cause): number {
    const stack = [cause];
    for (let next = stack.at(-1); next !== undefined; next = stack.at(-1)) {
      const open = this.known.has(next) ? [] : next.parents.filter((parent) => !this.known.has(parent));
      if (open.length > 0) {
        stack.push(...open);
        continue;
      }
      stack.pop();
      let first = next.origin ?? Infinity;
      for (const parent of next.parents) first = Math.min(first, this.known.get(parent) ?? Infinity);
      this.known.set(next, first);
    }
    return this.known.get(cause) ?? Infinity;
  }
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
