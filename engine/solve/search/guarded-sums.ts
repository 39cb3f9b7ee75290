import type { Guards } from './guards.js';

/** The sums that guards stand for, while values change. */
export class GuardedSums {
  private readonly cell: Int32Array;
  private readonly coefficient: Float64Array;
  private readonly most: Float64Array;
  private readonly ownGuard: Int32Array;

  /** `sums` and `truth` are those of all cells, and change. */
  constructor(
    private readonly guards: Guards,
    private readonly sums: Float64Array,
    private readonly truth: Float64Array,
  ) {
    const { list, own } = guards;
    this.cell = Int32Array.from(list, ({ cell }) => cell);
    this.coefficient = Float64Array.from(list, ({ coefficient }) => coefficient);
    this.most = Float64Array.from(list, ({ most }) => most);
    this.ownGuard = Int32Array.from(own, ({ guard }) => guard);
  }

  /** By how much a sum is too great with so much more of its load and a variable at a value; negative where it is not. */
  beyond(guard: number, demand: number, variable: number, value: number): number {
    const sum = this.sums[this.cell[guard] ?? 0] ?? 0;
    const more = (this.coefficient[guard] ?? 0) * demand + this.added(guard, variable, value);
    return sum + more - (this.most[guard] ?? Infinity);
  }

  /** What a variable adds to a sum by itself when it gets a value. */
  added(guard: number, variable: number, value: number): number {
    if (variable < 0) return 0;
    const { start, own } = this.guards;
    let sum = 0;
    const end = start[variable + 1] ?? 0;
    for (let i = start[variable] ?? 0; i < end; i += 1) {
      if (this.ownGuard[i] !== guard) continue;
      const one = own[i];
      if (one === undefined) continue;
      sum += one.coefficient * ((one.has(value) ? 1 : 0) - (this.truth[one.cell] ?? 0));
    }
    return sum;
  }
}
