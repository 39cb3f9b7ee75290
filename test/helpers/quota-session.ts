import { must } from '../../engine/base/assert.js';
import { quota } from '../../engine/controllers/quota/controller.js';
import type { CgroupSession, CgroupSetting } from '../../engine/loop/cgroup-session.js';
import type { Loop } from '../../engine/loop/loop.js';
import { openLoop } from '../../engine/loop/open-loop.js';
import { rowsOf } from '../../engine/store/rows-of.js';
import type { Store } from '../../engine/store/store.js';

/** The quota controller by its default rules, which need no solver, about to steer control groups. */
export function openQuotaSession(
  store: Store,
  setting: Omit<CgroupSetting, 'rows'>,
): { readonly loop: Loop; readonly session: CgroupSession } {
  const { loop } = openLoop(store, {
    controller: quota,
    solve: () => Promise.reject(new Error('the rules need no solver')),
  });
  const steer = must(quota.steerCgroups, 'steering');
  return { loop, session: steer({ rows: rowsOf(store), ...setting }) };
}
