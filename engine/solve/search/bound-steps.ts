/** Steps between two looks at the time. */
const LOOK = 128;

/** What is left of the work for a bound. */
export class BoundSteps {
  constructor(
    private left: number,
    private readonly isLate: () => boolean,
  ) {}

  get isOver(): boolean {
    return this.left <= 0;
  }

  /** Of some steps those that there are left. */
  atMost(steps: number): number {
    return Math.min(steps, Math.max(0, this.left));
  }

  /** Looks at the time; true where no step is left. */
  look(): boolean {
    if (this.isLate()) this.left = 0;
    return this.isOver;
  }

  /** Counts steps, and looks at the time now and then. */
  spend(steps = 1): void {
    const turn = Math.floor(this.left / LOOK);
    this.left -= steps;
    if (Math.floor(this.left / LOOK) < turn && this.isLate()) this.left = 0;
  }
}
