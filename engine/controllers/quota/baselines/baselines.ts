import type { Scheduler } from '../../../loop/controller.js';
import { autopilotMl, autopilotWindow } from './autopilot-recommenders.js';
import { baseline } from './baseline.js';
import { captain } from './captain-recommender.js';
import { staticLimits } from './static-limits.js';
import { vpa } from './vpa-recommender.js';

/** Hours that a pod has to be up before the updater restarts it for better limits alone. */
const UPDATER_LIFETIME_MS = 12 * 3_600_000;

/**
 * What the rules are compared with. A name that ends in `-open` sees the demand as it came (open loop), the others
 * what their own limits let through (closed loop).
 */
export const baselines: Readonly<Record<string, Scheduler>> = {
  'static-0.75': baseline(staticLimits(0.75)),
  'static-1.0': baseline(staticLimits(1)),
  'static-1.5': baseline(staticLimits(1.5)),
  vpa: baseline(vpa({ sees: 'use', lifetimeMs: 0 })),
  'vpa-open': baseline(vpa({ sees: 'demand', lifetimeMs: 0 })),
  'vpa-updater': baseline(vpa({ sees: 'use', lifetimeMs: UPDATER_LIFETIME_MS })),
  'autopilot-window-1': baseline(autopilotWindow({ seconds: 1, sees: 'use' })),
  'autopilot-window-10': baseline(autopilotWindow({ seconds: 10, sees: 'use' })),
  'autopilot-window-60': baseline(autopilotWindow({ seconds: 60, sees: 'use' })),
  'autopilot-window-1-open': baseline(autopilotWindow({ seconds: 1, sees: 'demand' })),
  'autopilot-window-10-open': baseline(autopilotWindow({ seconds: 10, sees: 'demand' })),
  'autopilot-window-60-open': baseline(autopilotWindow({ seconds: 60, sees: 'demand' })),
  'autopilot-ml-1': baseline(autopilotMl({ seconds: 1, sees: 'use' })),
  'autopilot-ml-10': baseline(autopilotMl({ seconds: 10, sees: 'use' })),
  'autopilot-ml-60': baseline(autopilotMl({ seconds: 60, sees: 'use' })),
  'autopilot-ml-1-open': baseline(autopilotMl({ seconds: 1, sees: 'demand' })),
  'autopilot-ml-10-open': baseline(autopilotMl({ seconds: 10, sees: 'demand' })),
  'autopilot-ml-60-open': baseline(autopilotMl({ seconds: 60, sees: 'demand' })),
  captain: baseline(captain),
};
