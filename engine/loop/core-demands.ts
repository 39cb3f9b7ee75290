import { must } from '../base/assert.js';
import { isError } from '../base/diagnostic.js';
import { byNumber } from '../base/order.js';
import { ground } from '../ground/ground.js';
import type { Grounded } from '../ground/ground.js';
import type { LoweredPolicy } from '../lower/lower.js';
import { evaluate } from '../model/evaluate.js';
import type { Assignment, Constraint, OriginId } from '../model/model.js';
import { nodeOf } from '../model/model.js';
import { evaluationOrder } from '../model/order.js';
import type { Feasibility } from '../solve/feasibility.js';
import { feasibilityOf } from '../solve/feasibility.js';
import { finiteDomains } from '../solve/finite-domains.js';
import { deepReads } from '../solve/reads.js';
import type { Answer } from '../solve/shrink.js';
import { shrink } from '../solve/shrink.js';
import { submodelOf } from '../solve/submodel.js';
import type { CoreSearch } from './core-search.js';
import { isCurrent } from './decide.js';

/** Hard policies and demands of the schema that cannot hold together. */
export interface Clash {
  /** Without any one of them the others can hold. */
  readonly minimal: boolean;
  /** The time ended before it was known whether each one is needed. */
  readonly isSpent: boolean;
  readonly demands: readonly LoweredPolicy[];
  /** A grounding in which each constraint means the same without the others; null where none could be had. */
  readonly grounded: Grounded | null;
}

/** What came of the search: a clash, or an assignment that satisfies everything, so that there is none. */
export type ClashFound = { readonly kind: 'clash'; readonly clash: Clash } | { readonly kind: 'refuted' };

/** A grounding of some demands alone. */
interface Exact {
  readonly grounded: Grounded;
  /** Demands that clash in it. */
  readonly of: ReadonlySet<number>;
  /** Each demand means the same without the others. */
  readonly isSeparable: boolean;
  /** Joins look only at what demands leave their decisions. */
  readonly isNarrowed: boolean;
}

type Step =
  | { readonly kind: 'clash'; readonly exact: Exact }
  /** `values` are an answer for the whole. */
  | Exclude<Feasibility, { kind: 'infeasible' }>;

type Growth =
  | Extract<Step, { kind: 'clash' }>
  | { readonly kind: 'refuted' }
  /** Time or the means to say ended first. */
  | { readonly kind: 'open' };

/** Blamed demands that are looked at together at once; of more some clash more easily by themselves. */
const FEW = 3;

interface Shape {
  /** Some constraint reads several decisions. */
  readonly ties: boolean;
  readonly size: number;
}

const UNKNOWN: Answer = { feasible: null, sufficient: null, needed: [] };

/**
 * Finds a minimal clash from below: an answer to what clashes so far violates something else, which is then added.
 * So the sets that are looked at stay small, and only those of the clash itself are hard.
 */
class DemandSearch {
  /** Hard policies, then what the schema demands. */
  private readonly demands: readonly LoweredPolicy[];
  private readonly hardCount: number;
  private readonly indexOf: ReadonlyMap<LoweredPolicy['policy'], number>;
  private readonly whole: Grounded;
  /** The whole grounding has not yet told of a clash that was none. */
  private isWholeFit = true;
  /** Demands that hold by themselves, as far as was asked. */
  private readonly alone = new Set<number>();

  constructor(private readonly search: CoreSearch) {
    const { policies, implied } = search.compiled;
    const hard = policies.filter(({ policy }) => policy.clause.kind === 'check');
    this.hardCount = hard.length;
    this.demands = [...hard, ...implied];
    this.indexOf = new Map(this.demands.map(({ policy }, i) => [policy, i]));
    this.whole = search.prepared.grounded;
  }

  private demandOf({ origins }: Grounded, origin: OriginId): number {
    const { policy } = must(origins[origin], 'origin');
    return must(this.indexOf.get(policy), () => `demand ${policy.name}`);
  }

  private constraintsOf(grounded: Grounded, demands: ReadonlySet<number>): Constraint[] {
    return grounded.model.constraints.filter(({ origin }) => demands.has(this.demandOf(grounded, origin)));
  }

  private get isOver(): boolean {
    const left = this.search.timeLeft();
    return left !== null && left <= 0;
  }

  /** `share` of the time that is left is what one question may take. */
  private test(grounded: Grounded, demands: ReadonlySet<number>, share: number): Promise<Feasibility> {
    const constraints = this.constraintsOf(grounded, demands);
    return feasibilityOf(grounded.model, constraints, this.search.solve, () => {
      const left = this.search.timeLeft();
      return left === null ? null : left * share;
    });
  }

  /** Grounds some demands alone, without what others say; null where that cannot be done, or the state has changed. */
  private exact(demands: ReadonlySet<number>): Exact | null {
    const { store, compiled, prepared } = this.search;
    const kept = (one: LoweredPolicy): boolean => demands.has(must(this.indexOf.get(one.policy), 'demand'));
    const isHard = ({ policy }: LoweredPolicy): boolean => policy.clause.kind === 'check';
    const input = {
      policies: compiled.policies.filter((one) => isHard(one) && kept(one)),
      implied: compiled.implied.filter(kept),
      tables: compiled.tables,
    };
    return store.read(() => {
      if (!isCurrent(store, prepared)) return null;
      // Some policies can only be grounded with what others leave their decisions.
      for (const narrow of [false, true]) {
        const grounded = ground(input, store, { narrow, like: this.whole, finiteDomains });
        if (grounded.diagnostics.some(isError)) continue;
        const hasGroups = grounded.domains !== '{}';
        return { grounded, of: demands, isSeparable: !narrow && !hasGroups, isNarrowed: narrow };
      }
      return null;
    });
  }

  /** Demands of a proof, or all that were asked about. */
  private blamed(
    grounded: Grounded,
    feasibility: Extract<Feasibility, { kind: 'infeasible' }>,
    asked: ReadonlySet<number>,
  ): ReadonlySet<number> {
    const { blamed } = feasibility;
    return blamed === null ? asked : new Set(blamed.map((origin) => this.demandOf(grounded, origin)));
  }

  /**
   * Violated demands: first those that a proof blames, then those that tie decisions together, which clash alone more
   * often than others, then what the schema demands, and of two alike the smaller one.
   */
  private violated(values: Assignment, blamed: ReadonlySet<number>): number[] {
    const { violated } = evaluate(this.whole.model, values);
    const demands = new Set(violated.map((origin) => this.demandOf(this.whole, origin)));
    const rank = (demand: number): number =>
      4 * Number(!blamed.has(demand)) +
      2 * Number(!this.shapeOf(demand).ties) +
      Number(!this.isImplied(demand));
    return [...demands].sort(
      (a, b) => rank(a) - rank(b) || this.shapeOf(a).size - this.shapeOf(b).size || a - b,
    );
  }

  private isImplied(demand: number): boolean {
    return demand >= this.hardCount;
  }

  private readonly shapes = new Map<number, Shape>();

  private shapeOf(demand: number): Shape {
    let shape = this.shapes.get(demand);
    if (shape === undefined) {
      const { model } = this.whole;
      const constraints = this.constraintsOf(this.whole, new Set([demand]));
      const items = constraints.map((one) => (one.kind === 'capacity' ? one.capacity.items.length : 0));
      const { order } = evaluationOrder({ ...model, constraints, objectives: [] });
      const [first] = constraints;
      const ties =
        first?.kind === 'capacity' ||
        (first !== undefined && deepReads(model, nodeOf(first.literal)).variables.length > 1);
      shape = { ties, size: items.reduce((sum, count) => sum + count, order.length) };
      this.shapes.set(demand, shape);
    }
    return shape;
  }

  /** An answer of another grounding as one of the whole. */
  private carried(from: Grounded, values: Assignment): Assignment {
    const carried = [...submodelOf(this.whole.model, []).expand([])];
    this.whole.cells.forEach(({ variable }, i) => {
      carried[variable] = must(values[must(from.cells[i], 'cell').variable], 'value');
    });
    return carried;
  }

  /** Adds what answers violate until a set clashes, from demands that are blamed already. */
  async grow(blamed: ReadonlySet<number>): Promise<Growth> {
    if (blamed.size > 0 && blamed.size <= FEW) {
      const found = await this.confirm(blamed);
      if (found.kind === 'clash') return found;
    }
    let current: ReadonlySet<number> = new Set();
    let values: Assignment = submodelOf(this.whole.model, []).expand([]);
    const deferred = new Set<number>();
    while (!this.isOver) {
      const violated = this.violated(values, blamed);
      if (violated.length === 0) return { kind: 'refuted' };
      const next = violated.find((demand) => !current.has(demand) && !deferred.has(demand));
      if (next === undefined) break;
      const found = await this.add(current, next);
      if (found.kind === 'clash') return found;
      if (found.kind === 'unknown') deferred.add(next);
      else {
        ({ values } = found);
        current = new Set([...current, next]);
        deferred.clear();
      }
    }
    return { kind: 'open' };
  }

  /** What comes of one demand more; by itself first, because a clash of one is the one to be told. */
  private async add(current: ReadonlySet<number>, next: number): Promise<Step> {
    if (current.size > 0 && !this.alone.has(next)) {
      const found = await this.look(new Set([next]));
      if (found.kind === 'clash') return found;
      if (found.kind === 'feasible') this.alone.add(next);
    }
    return this.look(new Set([...current, next]));
  }

  private async look(demands: ReadonlySet<number>): Promise<Step> {
    if (this.isWholeFit) {
      const found = await this.test(this.whole, demands, 0.5);
      if (found.kind !== 'infeasible') return found;
      const confirmed = await this.confirm(this.blamed(this.whole, found, demands));
      if (confirmed.kind !== 'feasible') return confirmed;
      // Narrowed by demands that are not in the set, it only seemed to clash.
      this.isWholeFit = false;
    }
    return this.confirm(demands);
  }

  /** Whether demands clash, grounded alone. */
  private async confirm(demands: ReadonlySet<number>): Promise<Step> {
    const exact = this.isOver ? null : this.exact(demands);
    if (exact === null) return { kind: 'unknown' };
    const found = await this.test(exact.grounded, demands, 1);
    switch (found.kind) {
      case 'infeasible': {
        const of = exact.isSeparable ? this.blamed(exact.grounded, found, demands) : demands;
        return { kind: 'clash', exact: { ...exact, of } };
      }
      case 'feasible':
        return { kind: 'feasible', values: this.carried(exact.grounded, found.values) };
      case 'unknown':
        return found;
    }
  }

  /** The last policies are left out first, and what the schema demands only after them: it is the given. */
  private inOrder(demands: ReadonlySet<number>): number[] {
    return [...demands].sort((a, b) => Number(this.isImplied(a)) - Number(this.isImplied(b)) || b - a);
  }

  /** Leaves out what a clash does not need. */
  async minimise(exact: Exact): Promise<Clash> {
    let last = exact;
    const { minimal, isSpent, kept } = await shrink(
      this.inOrder(exact.of),
      async (rest, all) => {
        if (exact.isSeparable) return this.answer(exact.grounded, rest, all);
        const step = await this.confirm(rest);
        if (step.kind !== 'clash') return { ...UNKNOWN, feasible: step.kind === 'feasible' ? true : null };
        last = step.exact;
        return { feasible: false, sufficient: step.exact.of, needed: [] };
      },
      this.search.budget,
    );
    const demands = kept.map((demand) => must(this.demands[demand], 'demand'));
    return { minimal, isSpent, demands, grounded: last.isNarrowed ? null : last.grounded };
  }

  private async answer(
    grounded: Grounded,
    rest: ReadonlySet<number>,
    all: ReadonlySet<number>,
  ): Promise<Answer> {
    const found = await this.test(grounded, rest, 1);
    switch (found.kind) {
      case 'feasible': {
        const constraints = this.constraintsOf(grounded, all);
        const { violated } = evaluate({ ...grounded.model, constraints, objectives: [] }, found.values);
        const demands = new Set(violated.map((origin) => this.demandOf(grounded, origin)));
        return { feasible: true, sufficient: null, needed: demands.size === 1 ? demands : [] };
      }
      case 'infeasible':
        return { feasible: false, sufficient: this.blamed(grounded, found, rest), needed: [] };
      case 'unknown':
        return UNKNOWN;
    }
  }

  async run(blamed: readonly OriginId[] | null): Promise<ClashFound> {
    const start = new Set((blamed ?? []).map((origin) => this.demandOf(this.whole, origin)));
    const grown = await this.grow(start);
    switch (grown.kind) {
      case 'refuted':
        return grown;
      case 'clash':
        return { kind: 'clash', clash: await this.minimise(grown.exact) };
      case 'open': {
        const { constraints } = this.whole.model;
        const all = new Set(constraints.map(({ origin }) => this.demandOf(this.whole, origin)));
        const demands = [...all].sort(byNumber).map((demand) => must(this.demands[demand], 'demand'));
        return { kind: 'clash', clash: { minimal: false, isSpent: this.isOver, demands, grounded: null } };
      }
    }
  }
}

/** Which hard policies and schema demands clash, few of them; `blamed` are origins that a proof names. */
export function clashingDemands(search: CoreSearch, blamed: readonly OriginId[] | null): Promise<ClashFound> {
  return new DemandSearch(search).run(blamed);
}
