/** A row of a data set that was left out. */
export interface Reject {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly reason: string;
}
