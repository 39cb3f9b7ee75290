import type { Clock } from '../base/clock.js';
import { byNumber } from '../base/order.js';

/** What is known of some elements together. */
export interface Answer {
  /** Null where nobody could say. */
  readonly feasible: boolean | null;
  /** Where infeasible: elements that suffice for it, or null where no smaller set is known than the one asked. */
  readonly sufficient: Iterable<number> | null;
  /** Elements of `all` of which each one, left out alone, leaves the others feasible. */
  readonly needed: Iterable<number>;
}

/** Asks about `kept`, a part of `all`, which is infeasible. */
export type Ask = (kept: ReadonlySet<number>, all: ReadonlySet<number>) => Promise<Answer>;

/** How much a search for a core may cost. */
export interface CoreBudget {
  readonly clock: Clock;
  /** Wall milliseconds of `clock` at which it ends, or null for never. */
  readonly untilMs: number | null;
  /** Questions asked at most, or null for no limit. */
  readonly tests: number | null;
}

export interface Shrunk {
  /** Every element left was shown to be needed. */
  readonly minimal: boolean;
  /** The budget ended before everything was asked. */
  readonly isSpent: boolean;
  /** Elements that are infeasible together, ascending. */
  readonly kept: readonly number[];
}

class Shrinker {
  private tests = 0;
  /** What the last question took: another one is not begun where it would not end in time. */
  private lastMs = 0;
  private readonly needed = new Set<number>();

  constructor(
    private readonly ask: Ask,
    private readonly budget: CoreBudget,
    private current: ReadonlySet<number>,
  ) {}

  private get isSpent(): boolean {
    const { tests, untilMs, clock } = this.budget;
    if (tests !== null && this.tests >= tests) return true;
    return untilMs !== null && clock.nowMs() + this.lastMs >= untilMs;
  }

  /** Leaves `part` out if the rest is still infeasible; answers whether it did. */
  private async tryWithout(part: readonly number[]): Promise<boolean> {
    if (this.isSpent) return false;
    this.tests += 1;
    const rest = new Set(this.current);
    for (const element of part) rest.delete(element);
    const { clock } = this.budget;
    const started = clock.nowMs();
    const { feasible, sufficient, needed } = await this.ask(rest, this.current);
    this.lastMs = clock.nowMs() - started;
    const [only] = part;
    if (feasible === true && part.length === 1 && only !== undefined) this.needed.add(only);
    this.know(needed);
    if (feasible !== false) return false;
    const enough = sufficient === null ? null : new Set(sufficient);
    // What was shown to be needed stays needed in every smaller set, so no proof can do without it.
    this.current =
      enough === null ? rest : new Set([...rest].filter((one) => enough.has(one) || this.needed.has(one)));
    return true;
  }

  /** Leaves out what it can of `part`, by halves, so that few needed among many cost few questions. */
  async thin(part: readonly number[], isWhole: boolean): Promise<void> {
    const left = part.filter((element) => this.current.has(element) && !this.needed.has(element));
    if (left.length === 0 || this.isSpent) return;
    // That nothing at all is feasible need not be asked.
    const isAll = isWhole && left.length === this.current.size && left.length > 1;
    if (!isAll && (await this.tryWithout(left))) return;
    if (left.length === 1) return;
    const middle = left.length >> 1;
    await this.thin(left.slice(0, middle), false);
    await this.thin(left.slice(middle), false);
  }

  know(needed: Iterable<number>): void {
    for (const element of needed) this.needed.add(element);
  }

  result(): Shrunk {
    const kept = [...this.current].sort(byNumber);
    const minimal = kept.every((element) => this.needed.has(element));
    return { minimal, isSpent: !minimal && this.isSpent, kept };
  }
}

/**
 * A minimal infeasible part of an infeasible set, by deletion in the order given: first elements are dropped first.
 *
 * INVARIANT: leaving elements out of a feasible set leaves it feasible.
 * `minimal` is true only if every element left was shown to be needed; it is false when an answer could not be
 * had or the budget ended. The elements clash in any case.
 */
export async function shrink(
  elements: readonly number[],
  ask: Ask,
  budget: CoreBudget,
  /** Elements known to be needed. */
  needed: Iterable<number> = [],
): Promise<Shrunk> {
  const shrinker = new Shrinker(ask, budget, new Set(elements));
  shrinker.know(needed);
  await shrinker.thin(elements, true);
  return shrinker.result();
}
