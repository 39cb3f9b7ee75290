import type { Mip } from './mip.js';

/** One program with one objective, as it crosses to the worker thread. */
export interface MipTask {
  readonly engine: 'simplex' | 'highs';
  readonly mip: Mip;
  /** Maximised; one cost per column. */
  readonly cost: Float64Array;
  /** Rows cost * column >= atLeast that keep earlier levels at their value. */
  readonly kept: readonly { readonly cost: Float64Array; readonly atLeast: number }[];
  /** An answer that improves on the best by this much need not be looked for. */
  readonly absoluteGap: number;
  /** Column values of a known answer, or null. */
  readonly start: Float64Array | null;
  readonly timeMs: number | null;
  /** Branch-and-bound nodes, or null for no limit. */
  readonly nodes: number | null;
  readonly seed: number;
}

export type MipAnswer =
  | {
      readonly status: 'optimal' | 'feasible';
      readonly columns: Float64Array;
      /** Proved upper bound of cost * column, or null. */
      readonly bound: number | null;
      readonly nodes: number;
    }
  | { readonly status: 'infeasible' }
  | { readonly status: 'unbounded' }
  | { readonly status: 'unknown'; readonly limit: 'time' | 'work' }
  /** It was stopped by its own limit, however much was asked for; nothing is said of the program. */
  | { readonly status: 'declined'; readonly detail: string }
  /** The library gave up without saying anything of the program. */
  | { readonly status: 'failed'; readonly detail: string };

/** Solves one program. Runs in the worker thread and may block it. */
export type MipEngine = (task: MipTask) => Promise<MipAnswer>;
