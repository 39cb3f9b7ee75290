import { unreachable } from '../base/assert.js';
import type { TriggerRule } from './controller.js';

/** What a trigger looks at. Times are logical microseconds since the start of the run. */
export interface TriggerState {
  readonly nowUs: number;
  /** Rows that wait now; deferred rows do not count. */
  readonly waiting: number;
  /** When the longest waiting one came; null when none waits. */
  readonly oldestUs: number | null;
  /** When the scheduler last ran; 0 when it has not run yet. */
  readonly lastSolveUs: number;
  /** The `dueUs` that the previous answer gave; null at the start. */
  readonly dueUs: number | null;
}

export interface TriggerAnswer {
  /** Hand the batch to the scheduler now. */
  readonly solve: boolean;
  /** When to ask again if nothing else happens before; null when nothing waits or `solve` is true. */
  readonly dueUs: number | null;
}

/**
 * Decides whether a batch is due (thesis 6.5). Pure; ask after every event and at every `dueUs`.
 *
 * INVARIANT: all events of an instant are taken in before the trigger is asked at that instant.
 */
export function trigger(rule: TriggerRule, state: TriggerState): TriggerAnswer {
  if (state.waiting === 0) return { solve: false, dueUs: null };
  const dueUs = rule.kind === 'batch' ? batchDue(rule, state) : pollDue(rule, state);
  return dueUs <= state.nowUs ? { solve: true, dueUs: null } : { solve: false, dueUs };
}

function batchDue(rule: Extract<TriggerRule, { kind: 'batch' }>, state: TriggerState): number {
  if (state.waiting >= rule.requests) return state.nowUs;
  return (state.oldestUs ?? state.nowUs) + rule.delayUs;
}

/**
 * The first poll at which enough wait or the last solve is older than the limit.
 * Polls stand at multiples of `pollUs`, the first one at `pollUs`. A promised poll that a live loop
 * reaches late is still that poll.
 */
function pollDue(rule: Extract<TriggerRule, { kind: 'poll' }>, state: TriggerState): number {
  const nextPoll = Math.max(1, Math.ceil(state.nowUs / rule.pollUs)) * rule.pollUs;
  const late = state.dueUs !== null && state.dueUs <= state.nowUs ? state.dueUs : nextPoll;
  if (state.waiting >= rule.requests) return late;
  // Strictly older than `maxUs`, as the published loop compares.
  const aged = (Math.floor((state.lastSolveUs + rule.maxUs) / rule.pollUs) + 1) * rule.pollUs;
  return Math.max(late, aged);
}

/** A rule as people write it, for logs: `every 3 ms or 1 request`. */
export function describeTrigger(rule: TriggerRule): string {
  const requests = `${rule.requests} request${rule.requests === 1 ? '' : 's'}`;
  switch (rule.kind) {
    case 'batch':
      return `every ${rule.delayUs / 1000} ms or ${requests}`;
    case 'poll':
      return `polled every ${rule.pollUs / 1000} ms: ${requests} or ${rule.maxUs / 1000} ms since the last solve`;
    default:
      return unreachable(rule);
  }
}
