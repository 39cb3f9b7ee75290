/** How much the search may do: a number of moves, and for live use a time. */
export interface SearchLimits {
  /** Moves that are looked at, at most. */
  readonly moves: number;
  /** Milliseconds by `nowMs`, or null for none; then nothing depends on the clock. */
  readonly timeMs: number | null;
  readonly nowMs: () => number;
  /** True once nobody wants the answer any more. */
  readonly isCancelled: () => boolean;
}

/** Moves between two looks at the clock. */
const STRIDE = 32;

/** What is left of the limits. */
export class Budget {
  private spent = 0;
  private next = STRIDE;
  private over = false;
  private share = 0;
  private readonly startedMs: number;

  constructor(readonly limits: SearchLimits) {
    this.startedMs = limits.timeMs === null ? 0 : limits.nowMs();
    this.over = limits.moves <= 0;
  }

  /** Counts moves; true while there are more to have. */
  spend(moves = 1): boolean {
    this.spent += moves;
    if (this.spent >= this.next) this.look();
    return !this.over;
  }

  /** Looks at the clock; true while there is more to have. */
  look(): boolean {
    const { moves, timeMs, nowMs, isCancelled } = this.limits;
    this.next = Math.min(moves, this.spent + STRIDE);
    this.share = this.spent / moves;
    if (timeMs !== null) this.share = Math.max(this.share, (nowMs() - this.startedMs) / timeMs);
    if (this.share >= 1 || isCancelled()) this.over = true;
    return !this.over;
  }

  get isOver(): boolean {
    return this.over;
  }

  get moves(): number {
    return this.spent;
  }

  /** The share of the limits that is used up, 0 to 1. */
  get used(): number {
    return Math.min(1, this.share);
  }
}
