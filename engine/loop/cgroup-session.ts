import type { CgroupBudget, CgroupOrder, CgroupSample, CgroupUse } from '../base/cgroup.js';
import type { Diagnostic } from '../base/diagnostic.js';
import type { Effect, LoopEvent, Rows } from './controller.js';

/** An event that has no time yet: it happens when it is taken in. */
export type TimelessEvent = Omit<LoopEvent, 'atUs'>;

/** What a controller is told of the control groups that it shall steer. */
export interface CgroupSetting {
  /** Reads the state between transactions. */
  readonly rows: Rows;
  /** Name of what all watched control groups belong to. */
  readonly name: string;
  /** Limits of all of them together; null keeps what the state says. */
  readonly budget: CgroupBudget;
  /** True where orders are not carried out: what was ordered is then taken for what is in force. */
  readonly isDry: boolean;
}

/**
 * How a controller steers control groups of the kernel: it turns what they did into events and effects into limits.
 * Who hosts it reads and writes the files; the session does no I/O.
 *
 * - Each function returns events to be taken in at one instant, in this order.
 * - INVARIANT: nothing but events changes the state, so that a recorded run replays to the same digest.
 */
export interface CgroupSession {
  /** Length of the controller's periods, microseconds. */
  readonly periodUs: () => number;
  /** Before anything else, with the names of what there is. Diagnostics: why these cannot be steered. */
  readonly begin: (names: readonly string[]) => {
    readonly events: readonly TimelessEvent[];
    readonly problems: readonly Diagnostic[];
  };
  /** Control groups that were found, the `total` of all that there are now. */
  readonly arrive: (found: readonly CgroupSample[], total: number) => readonly TimelessEvent[];
  /** Control groups that are gone. */
  readonly leave: (names: readonly string[]) => readonly TimelessEvent[];
  /** What steered control groups did. `pending` have a limit that could not be written yet. */
  readonly report: (uses: readonly CgroupUse[], pending: ReadonlySet<string>) => readonly TimelessEvent[];
  /** What effects ask for, and which control groups they put out of steering. */
  readonly orders: (effects: readonly Effect[]) => {
    readonly orders: readonly CgroupOrder[];
    readonly dropped: readonly { readonly name: string; readonly reason: string }[];
  };
  /** Orders that are in force now. */
  readonly confirm: (done: readonly CgroupOrder[]) => readonly TimelessEvent[];
}
