import type { Controller } from './controller.js';

/** Policies that a controller goes by unless told otherwise: those of its default scheduler, or its checks. */
export function policyPaths(controller: Controller): readonly string[] {
  if (controller.checks !== undefined) return controller.checks;
  const usual = controller.schedulers[controller.defaultScheduler];
  return usual?.kind === 'policies' ? usual.paths : [];
}
