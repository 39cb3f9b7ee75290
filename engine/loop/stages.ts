import type { Clock } from '../base/clock.js';

/** What a tick spends its time on, in its order. */
export const STAGES = ['read', 'ground', 'solve', 'write', 'check', 'commit'] as const;

/**
 * - `read`: the rows that grounding asks SQLite for; `ground`: the model made of them.
 * - `solve`: the solver, the exact check of its answer included.
 * - `write`: decisions into their cells; `check`: the checking queries of SQLite.
 * - `commit`: the controller's own rows and machines, journal, commit of the transaction.
 */
export type Stage = (typeof STAGES)[number];

/** Wall milliseconds per stage; for people, nothing is decided by them. */
export type StageMs = Readonly<Record<Stage, number>>;

/** Divides the time of one tick among its stages. */
export class StageClock {
  private readonly spent: Record<Stage, number> = {
    read: 0,
    ground: 0,
    solve: 0,
    write: 0,
    check: 0,
    commit: 0,
  };
  private last: number;

  constructor(private readonly clock: Clock) {
    this.last = clock.nowMs();
  }

  /** Counts the time since the last call, or since the start, to a stage. */
  lap(stage: Stage): void {
    const now = this.clock.nowMs();
    this.spent[stage] += now - this.last;
    this.last = now;
  }

  /** What was counted so far. */
  get ms(): StageMs {
    return { ...this.spent };
  }
}
