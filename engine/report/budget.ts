/** How much of each section goes into the file. */
export interface Budget {
  /** Samples of one section of lines. */
  readonly points: number;
  /** Points of one cumulative distribution. */
  readonly cdfPoints: number;
  /** Rows of one table. */
  readonly rows: number;
  /** Cells of one grid; larger ones are drawn in blocks. */
  readonly cells: number;
  /** Steps of one animation. */
  readonly frames: number;
}

/** From generous to tight: the first that keeps the file within its limit is taken. */
export const BUDGETS: readonly Budget[] = [
  { points: 6000, cdfPoints: 400, rows: 1000, cells: 65_536, frames: 4096 },
  { points: 3000, cdfPoints: 300, rows: 500, cells: 16_384, frames: 1024 },
  { points: 1500, cdfPoints: 200, rows: 250, cells: 4096, frames: 512 },
  { points: 600, cdfPoints: 100, rows: 100, cells: 1024, frames: 256 },
  { points: 200, cdfPoints: 60, rows: 40, cells: 256, frames: 64 },
];
