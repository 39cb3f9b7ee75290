import type { Clock } from '../base/clock.js';
import { byNumber } from '../base/order.js';
import type { Model, OriginId } from '../model/model.js';
import type { Backends } from './backends.js';
import { solveModel } from './select.js';
import type { SolveLimits } from './solver.js';

/** Whether a model has a solution; null where nobody could say. `blamed` suffice where it has none. */
export interface Feasibility {
  readonly feasible: boolean | null;
  readonly blamed: readonly OriginId[] | null;
}

export type FeasibilityTest = (model: Model) => Promise<Feasibility>;

/** How much a search for a core may cost. */
export interface CoreBudget {
  readonly clock: Clock;
  /** Milliseconds from the call, or null for none. */
  readonly timeMs: number | null;
  /** Feasibility tests, or null for no limit. */
  readonly tests: number | null;
}

export interface Core {
  /** Every single origin was shown to be needed. */
  readonly minimal: boolean;
  /** Constraints that cannot hold together, ascending. */
  readonly origins: readonly OriginId[];
}

/** The test that solves without objectives. Each test gets the same limits. */
export function feasibilityTest(limits: SolveLimits, backends: Backends, clock: Clock): FeasibilityTest {
  return async (model) => {
    const { outcome } = await solveModel(model, limits, backends, clock);
    switch (outcome.status) {
      case 'optimal':
      case 'feasible':
        return { feasible: true, blamed: null };
      case 'infeasible':
        return { feasible: false, blamed: outcome.blamed };
      case 'unknown':
      case 'model_invalid':
        return { feasible: null, blamed: null };
    }
  };
}

/** The model with only the constraints of some origins, and no objective. Domains stay: they are facts of the schema. */
export function restrictModel(model: Model, origins: ReadonlySet<OriginId>): Model {
  return {
    ...model,
    constraints: model.constraints.filter(({ origin }) => origins.has(origin)),
    objectives: [],
  };
}

class Filter {
  private readonly untilMs: number;
  private tests = 0;
  /** Some single origin was not shown to be needed. */
  unsure = false;
  /** Single origins without which the rest has a solution; that stays so when the rest shrinks. */
  private readonly needed = new Set<OriginId>();

  constructor(
    private readonly model: Model,
    private readonly test: FeasibilityTest,
    private readonly budget: CoreBudget,
    /** Known to be infeasible together. */
    public current: Set<OriginId>,
  ) {
    this.untilMs = budget.timeMs === null ? Infinity : budget.clock.nowMs() + budget.timeMs;
  }

  private get isSpent(): boolean {
    const { tests, clock } = this.budget;
    return (tests !== null && this.tests >= tests) || clock.nowMs() >= this.untilMs;
  }

  /** Leaves `part` out if the rest is still infeasible; answers whether it did. */
  private async tryWithout(part: readonly OriginId[]): Promise<boolean> {
    const [single] = part;
    const isSingle = part.length === 1 && single !== undefined;
    if (isSingle && this.needed.has(single)) return false;
    if (this.isSpent) return false;
    this.tests += 1;
    const rest = new Set(this.current);
    for (const origin of part) rest.delete(origin);
    const { feasible, blamed } = await this.test(restrictModel(this.model, rest));
    if (isSingle && feasible === true) this.needed.add(single);
    if (feasible !== false) return false;
    this.current = blamed === null ? rest : new Set(blamed.filter((origin) => rest.has(origin)));
    return true;
  }

  /** Leaves out what it can of `part`, by halves, so that few needed among many cost few tests. */
  async thin(part: readonly OriginId[]): Promise<void> {
    const left = part.filter((origin) => this.current.has(origin));
    if (left.length === 0 || (await this.tryWithout(left))) return;
    const [single] = left;
    if (left.length === 1 && single !== undefined) {
      this.unsure ||= !this.needed.has(single);
      return;
    }
    const middle = left.length >> 1;
    await this.thin(left.slice(0, middle));
    await this.thin(left.slice(middle));
  }

  async dropGroup(part: readonly OriginId[]): Promise<void> {
    const left = part.filter((origin) => this.current.has(origin));
    if (left.length > 0) await this.tryWithout(left);
  }
}

/**
 * A core of an infeasible model by deletion: whole groups first (a group is one policy), then single origins
 * of the groups that are left.
 *
 * - `sufficient` are origins already known to clash (a blamed set), or null for all of the model.
 * - `groups` gives each origin its group; an origin without one is a group of its own.
 * - `minimal` is true only if every origin left was shown to be needed; it is false when a test could not say
 *   or the budget ended. The origins clash in any case.
 * - Domains are not part of a core. An empty one gives a core without origins.
 */
export async function minimalCore(
  model: Model,
  test: FeasibilityTest,
  groups: ReadonlyMap<OriginId, number>,
  budget: CoreBudget,
  sufficient: readonly OriginId[] | null = null,
): Promise<Core> {
  const all = sufficient ?? model.constraints.map(({ origin }) => origin);
  const filter = new Filter(model, test, budget, new Set([...all].sort(byNumber)));
  for (const part of partsOf(filter.current, groups)) await filter.dropGroup(part);
  for (const part of partsOf(filter.current, groups)) await filter.thin(part);
  return { minimal: !filter.unsure, origins: [...filter.current].sort(byNumber) };
}

/** Origins by group, groups in ascending order, those without one last. */
function partsOf(origins: Iterable<OriginId>, groups: ReadonlyMap<OriginId, number>): OriginId[][] {
  const byGroup = new Map<number, OriginId[]>();
  const alone: OriginId[][] = [];
  for (const origin of origins) {
    const group = groups.get(origin);
    const known = group === undefined ? undefined : byGroup.get(group);
    if (known !== undefined) known.push(origin);
    else if (group === undefined) alone.push([origin]);
    else byGroup.set(group, [origin]);
  }
  const ordered = [...byGroup].sort(([a], [b]) => a - b).map(([, part]) => part);
  return [...ordered, ...alone];
}
