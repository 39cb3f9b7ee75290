import type { Diagnostic } from '../../engine/base/diagnostic.js';
import type { SteerResult } from '../../engine/live/cgroups/steer-cgroups.js';
import { steerCgroups } from '../../engine/live/cgroups/steer-cgroups.js';
import type { Effect, LoopEvent } from '../../engine/loop/controller.js';
import type { Store } from '../../engine/store/store.js';
import type { ImitatedCgroups } from './imitated-cgroups.js';
import { openQuotaSession } from './quota-session.js';

export interface SteeredHere extends SteerResult {
  readonly diagnostics: readonly Diagnostic[];
  readonly effects: readonly Effect[];
  readonly events: number;
  readonly taken: readonly LoopEvent[];
}

export interface SteerSetting {
  readonly periods: number;
  readonly cores?: number;
  readonly memoryBytes?: number;
  readonly isDry?: boolean;
  readonly scanPeriods?: number;
  /** Called before each period with its number; the folder's time has passed by then. */
  readonly before?: (period: number) => void;
  readonly onEffect?: (effect: Effect) => void;
  /** Milliseconds that taking an event takes on the clock. */
  readonly workMs?: (event: LoopEvent) => number;
}

/** Steers imitated control groups by the quota controller; time passes only while it sleeps. */
export async function steerHere(
  store: Store,
  cgroups: ImitatedCgroups,
  setting: SteerSetting,
): Promise<SteeredHere> {
  const {
    cores = null,
    memoryBytes = null,
    isDry = false,
    scanPeriods = 1,
    periods,
    before,
    workMs,
  } = setting;
  const cpuMax = cores === null ? null : { quotaUs: cores * 100_000, periodUs: 100_000 };
  const { loop, session } = openQuotaSession(store, { name: 'shop', budget: { cpuMax, memoryBytes }, isDry });
  let nowMs = 0;
  let period = 0;
  const diagnostics: Diagnostic[] = [];
  const effects: Effect[] = [];
  const taken: LoopEvent[] = [];
  const result = await steerCgroups(loop, session, {
    clock: { nowMs: () => nowMs },
    sleep: (ms) => {
      nowMs += ms;
      cgroups.elapse(ms);
      if (nowMs % 100 < 1e-9) {
        period += 1;
        before?.(period);
      }
      return Promise.resolve();
    },
    folder: cgroups.folder,
    lengthMs: 100,
    periods,
    scanPeriods,
    isDry,
    onEffect: (effect) => {
      effects.push(effect);
      setting.onEffect?.(effect);
    },
    onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
    onEvent: (event) => {
      taken.push(event);
      const took = workMs?.(event) ?? 0;
      nowMs += took;
      if (took > 0) cgroups.elapse(took);
    },
    isStopped: () => false,
  });
  return { ...result, diagnostics, effects, taken };
}
