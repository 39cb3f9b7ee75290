import type { Assignment, Model, OriginId } from '../model/model.js';

/** Backends that can prove. */
export type BackendName = 'simplex' | 'highs';

/** How far a solve may go. Replay sets only the work limit, so that its answer does not depend on the machine. */
export interface SolveLimits {
  /** Milliseconds of wall time for the whole solve, or null for none. Live use only. */
  readonly timeMs: number | null;
  /** Backend work units (branch-and-bound nodes for highs), or null for the backend's default. */
  readonly work: number | null;
  readonly seed: number;
  /** Moves of a search, at most; without it the size of the model decides. */
  readonly moves?: number;
  /** True where a proof is tried next, so that a search ends when more moves promise little. */
  readonly impatient?: boolean;
  /** Searches side by side, each in a thread, with seeds from `seed` on; the best of their answers counts. One without it. */
  readonly abreast?: number;
  /** Aborted when nobody waits any more: the best answer so far is given at once. */
  readonly signal?: AbortSignal;
}

/** Value, best proved bound and gap = (bound - value) / max(1, |bound|) of one priority level. */
export interface LevelResult {
  readonly priority: number;
  readonly value: number;
  /** null where the backend proved nothing. */
  readonly bound: number | null;
  readonly gap: number | null;
}

/**
 * What a solve ended in; the words mean what CP-SAT means by them.
 * - `optimal` only when every level is proved; `feasible` is an answer without that proof.
 * - `infeasible` carries the origins that some proof blames, or null when none was extracted.
 */
export type SolveOutcome =
  | {
      readonly status: 'optimal' | 'feasible';
      readonly values: Assignment;
      readonly levels: readonly LevelResult[];
    }
  | { readonly status: 'infeasible'; readonly blamed: readonly OriginId[] | null }
  | {
      readonly status: 'unknown';
      readonly limit: 'time' | 'work' | 'backend';
      /** What exactly the backends could not take, for people. */
      readonly detail?: string;
    }
  | { readonly status: 'model_invalid'; readonly problems: readonly string[] };

/** Why an answer of a backend was not believed. */
export interface Rejection {
  readonly backend: string;
  readonly reason: 'wrong' | 'fractional' | 'late' | 'crashed' | 'unsupported';
  readonly detail: string;
}

/**
 * One solver behind the port.
 * - Takes any valid model or answers `unknown` with limit `backend`; throws nothing a caller must know.
 * - What it answers is believed only after the exact check of verify.ts.
 */
export interface Backend {
  readonly name: string;
  solve(model: Model, limits: SolveLimits): Promise<SolveOutcome>;
  /** Wall milliseconds by which it answers or gives up by itself; without it, soon enough after its limit. */
  guardMs?(timeMs: number | null): number;
  /** Ends workers; a later solve may start them again. */
  close(): Promise<void>;
}

export interface SolveReport {
  readonly outcome: SolveOutcome;
  /** The backend whose answer was accepted, or null. */
  readonly backend: string | null;
  readonly rejections: readonly Rejection[];
}
