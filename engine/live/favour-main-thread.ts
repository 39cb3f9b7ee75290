import { readdirSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** Where Linux lists the threads of this process. */
const THREADS = '/proc/self/task';
/** Steps of niceness: a tenth of the main thread's share of a core that both want, and all of one that is idle. */
const STEPS = 10;
const LEAST = 19;

/**
 * Lets the threads of this process besides the main one wait where both want the same core. Those are Node's own:
 * compiler, garbage collector, reading of files. Otherwise a tick now and then waits out a time slice of some
 * milliseconds that the compiler was given, above all among the first hundred ticks of a process.
 *
 * Only on Linux; elsewhere nothing changes. Threads that are started later, such as the solver's, are the main thread's
 * equals, so it comes before the first solve. INVARIANT: called on the main thread.
 */
export function favourMainThread(): void {
  const priority = Math.min(LEAST, getPriority() + STEPS);
  for (const thread of threadsBesideMain()) {
    try {
      setPriority(thread, priority);
    } catch {
      // It has ended since, or was given an even lower priority by somebody else.
    }
  }
}

function threadsBesideMain(): readonly number[] {
  try {
    return readdirSync(THREADS)
      .map(Number)
      .filter((thread) => thread !== process.pid);
  } catch {
    // Another system: no such folder.
    return [];
  }
}
