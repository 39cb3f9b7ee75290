import type { Clock } from '../engine/base/clock.js';

/** A value of a row; null where there is nothing to tell. */
export type Cell = string | number | null;

/** One line of a table. Units stand in the names: `_ms`, `_share`, `_per_s`; plain names count. */
export type Row = Readonly<Record<string, Cell>>;

/** What a bench prints: rows with the same columns. */
export interface Table {
  /** Short, for the JSON line. */
  readonly name: string;
  /** What the figures say, in one line. */
  readonly title: string;
  readonly rows: readonly Row[];
}

/** What a bench is handed. */
export interface BenchContext {
  /** True: the smallest sizes that still run every line of the bench. */
  readonly smoke: boolean;
  readonly clock: Clock;
  /** `--limit`: milliseconds for each solve of public problems; null where the bench chooses. */
  readonly limitMs: number | null;
  /** `--only`: names of public problems; all of them where empty. */
  readonly only: readonly string[];
  /** Tells people what is being measured now. */
  readonly note: (text: string) => void;
}

/** One file of measurements. A throw fails the run; figures never do. */
export interface Bench {
  readonly name: string;
  run(context: BenchContext): Promise<readonly Table[]>;
}
