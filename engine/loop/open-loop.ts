import { assert } from '../base/assert.js';
import type { Clock } from '../base/clock.js';
import { monotonicClock } from '../base/clock.js';
import { DiagnosticError } from '../base/diagnostic.js';
import type { SourceFile } from '../base/source.js';
import { didYouMean } from '../base/suggest.js';
import type { Catalog } from '../catalog/catalog.js';
import { catalogOf } from '../check/schema.js';
import type { SolveLimits } from '../solve/solver.js';
import { readPolicyPaths, readShippedPolicies } from '../store/files.js';
import { introspect } from '../store/introspect.js';
import type { Store } from '../store/store.js';
import type { CompiledPolicies } from './compile.js';
import { compilePolicies } from './compile.js';
import type { Controller, TriggerRule } from './controller.js';
import type { Solve } from './decide.js';
import type { BatchMode, Decider } from './loop.js';
import { Loop } from './loop.js';
import { policyPaths } from './policy-paths.js';
import { tableController } from './table-controller.js';

export interface LoopSetup {
  /** null: events put and delete rows of whatever tables there are. */
  readonly controller: Controller | null;
  /** One of the controller's schedulers; its default unless said. */
  readonly scheduler?: string | null;
  /** Policy files and folders that take the place of the scheduler's; none unless said. */
  readonly policies?: readonly string[];
  /** `best-effort` unless said. */
  readonly mode?: BatchMode;
  /** The controller's own unless said. */
  readonly trigger?: TriggerRule | null;
  /** No limit and seed 1 unless said. */
  readonly limits?: SolveLimits;
  readonly solve: Solve;
  /** For timings only; the process's own unless said. */
  readonly clock?: Clock;
}

const UNLIMITED: SolveLimits = { timeMs: null, work: null, seed: 1 };

/**
 * Puts a loop together over an adopted database: controller, scheduler, compiled policies.
 * Throws DiagnosticError for unknown names, missing files and policies that do not compile.
 */
export function openLoop(
  store: Store,
  setup: LoopSetup,
): { loop: Loop; controller: Controller; scheduler: string } {
  const catalog = catalogOf(store.read(() => introspect(store)));
  const controller = setup.controller ?? tableController(catalog);
  const { policies = [], mode = 'best-effort', limits = UNLIMITED, solve, clock = monotonicClock } = setup;
  const named = setup.scheduler ?? controller.defaultScheduler;
  const own = policies.length > 0;
  const name = own ? 'policies' : named;
  const decider: Decider = own
    ? { kind: 'policies', name, checks: compiled(readPolicyPaths(policies), catalog) }
    : deciderOf(controller, named, catalog);
  const relations = new Map(catalog.relations.map((relation) => [relation.name, relation]));
  const trigger = setup.trigger ?? controller.trigger;
  const loop = new Loop(store, { controller, decider, mode, trigger, limits, relations, solve, clock });
  return { loop, controller, scheduler: name };
}

/** The scheduler of this name, its policies compiled for a schema. */
export function deciderOf(controller: Controller, name: string, catalog: Catalog): Decider {
  const scheduler = controller.schedulers[name];
  if (scheduler === undefined) throw unknownScheduler(controller, name);
  const shipped = (paths: readonly string[]): CompiledPolicies =>
    compiled(readShippedPolicies(paths), catalog);
  if (scheduler.kind === 'policies') return { kind: 'policies', name, checks: shipped(scheduler.paths) };
  if (scheduler.kind === 'layered') {
    const direct = deciderOf(controller, scheduler.direct, catalog);
    assert(direct.kind === 'direct', `${scheduler.direct} is no direct scheduler`);
    const policies = { kind: 'policies', name, checks: shipped(scheduler.paths) } as const;
    return { kind: 'layered', name, direct, policies, everyTicks: scheduler.everyTicks };
  }
  // Whoever decides without policies still has to pass those that the controller goes by.
  return { kind: 'direct', name, decide: scheduler.decide, checks: shipped(policyPaths(controller)) };
}

function compiled(sources: readonly SourceFile[], catalog: Catalog): CompiledPolicies {
  const result = compilePolicies(sources, catalog);
  if (result.compiled === null) throw new DiagnosticError(result.diagnostics);
  return result.compiled;
}

function unknownScheduler(controller: Controller, name: string): DiagnosticError {
  const names = Object.keys(controller.schedulers);
  return new DiagnosticError([
    {
      code: 'cli/unknown-name',
      severity: 'error',
      message: `\`${controller.name}\` has no scheduler \`${name}\``,
      help: didYouMean(name, names) ?? `there are ${names.join(', ')}`,
    },
  ]);
}
