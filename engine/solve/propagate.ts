import { must, unreachable } from '../base/assert.js';
import type {
  Capacity,
  ClassMap,
  ExtremeEntry,
  LinearExpression,
  Literal,
  Loads,
  Model,
  NodeId,
  NumericNode,
  OriginId,
  TermOf,
  Variable,
  VariableId,
} from '../model/model.js';
import { negate, nodeOf, positive } from '../model/model.js';
import { reachableNodes } from '../model/order.js';
import { Bounds, truthOfLiteral } from './bounds.js';
import type { Cause } from './cause.js';
import { someOrigin, originsOf } from './cause.js';
import { deriveTruth } from './derive.js';
import { Conflict, PresolveState } from './presolve-state.js';
import { Projector, applyProjection } from './projection.js';
import type { Range } from './range.js';
import {
  addRanges,
  divideRange,
  dividendRange,
  factorRange,
  has,
  intersectRanges,
  isEmpty,
  point,
  scaleRange,
} from './range.js';
import type { Reads } from './reads.js';
import { SharedParts } from './shared-parts.js';
import { LoadLimits } from './load-limits.js';
import { deepReads, readsOfItems, readsOfNode } from './reads.js';
import { unboundedVariables } from './unbounded.js';

/** What the hard constraints say of single variables and nodes. */
export type Propagation =
  | {
      readonly kind: 'narrowed';
      /** Per variable its domain; the same object where nothing was narrowed. */
      readonly variables: readonly Variable[];
      /** Per node: 1 or 0 where every solution agrees, else -1. Nodes that nothing reads stay -1. */
      readonly truths: Int8Array;
      /** A constraint on which a decided node rests. */
      readonly deciderOf: (node: NodeId) => OriginId;
      /**
       * Variables without finite domain that anything but an asserted linear row, an asserted equality or an
       * objective reads directly; ascending. No backend can take them.
       */
      readonly unbounded: readonly VariableId[];
    }
  /** `origins` suffice for the conflict; none means that a variable's own domain is empty. */
  | {
      readonly kind: 'infeasible';
      readonly origins: readonly OriginId[];
      readonly variable: VariableId | null;
    };

/** Work per entity of the model before propagation stops early; only strength is lost by that. */
const WORK_PER_READ = 40;
const WORK_AT_LEAST = 100_000;
/** Longer disjunctions are only looked at for their last open literal. */
const PROJECTED_LITERALS = 10_000;

class Propagator {
  private readonly state: PresolveState;
  private readonly projector: Projector;
  private readonly nodes: readonly NodeId[];
  private readonly reads = new Map<NodeId, Reads>();
  private readonly capacities: {
    readonly capacity: Capacity;
    readonly origin: OriginId;
    readonly reads: Reads;
  }[] = [];
  private readonly loads: { readonly loads: Loads; readonly reads: Reads; readonly limits: LoadLimits }[] =
    [];
  private readonly loadTasks = new Map<Loads, number>();
  /** Tasks to wake: a node id, or ~index of a capacity, or ~(capacities + index) of loads. */
  private readonly byVariable: number[][];
  private readonly byNode: number[][];
  private queue: number[] = [];
  private readonly queued = new Set<number>();
  private work: number;

  constructor(private readonly model: Model) {
    this.byVariable = model.variables.map(() => []);
    this.byNode = model.nodes.map(() => []);
    this.state = new PresolveState(model, {
      variable: (variable) => this.wake(this.byVariable[variable]),
      node: (node) => {
        this.wake(this.byNode[node]);
        this.wake([node]);
      },
    });
    this.projector = new Projector(model, this.state);
    this.nodes = reachableNodes(model);
    let size = 0;
    for (const node of this.nodes) size += this.watch(node, readsOfNode(model, node));
    for (const constraint of model.constraints) {
      if (constraint.kind !== 'capacity') continue;
      const reads = readsOfItems(model, constraint.capacity);
      size += this.watch(~this.capacities.length, reads) + constraint.capacity.keys.length;
      this.capacities.push({ capacity: constraint.capacity, origin: constraint.origin, reads });
    }
    for (const node of this.nodes) size += this.watchLoads(node);
    this.work = WORK_AT_LEAST + WORK_PER_READ * size;
  }

  /** A node is woken by the loads it reads, and these by their items: many nodes read the same ones. */
  private watchLoads(node: NodeId): number {
    let size = 0;
    for (const loads of this.readsOf(node).loads) {
      let task = this.loadTasks.get(loads);
      if (task === undefined) {
        task = ~(this.capacities.length + this.loads.length);
        this.loadTasks.set(loads, task);
        const reads = readsOfItems(this.model, loads);
        this.loads.push({ loads, reads, limits: new LoadLimits(loads, this.state) });
        size += this.watch(task, reads);
      }
      this.limitsOf(loads).readers.push(node);
    }
    return size;
  }

  private limitsOf(loads: Loads): LoadLimits {
    const task = must(this.loadTasks.get(loads), 'task of loads');
    return must(this.loads[~task - this.capacities.length], 'loads').limits;
  }

  private watch(task: number, reads: Reads): number {
    for (const variable of reads.variables) this.byVariable[variable]?.push(task);
    for (const node of reads.nodes) this.byNode[node]?.push(task);
    if (task >= 0) this.reads.set(task, reads);
    return 1 + reads.variables.length + reads.nodes.length;
  }

  private wake(tasks: readonly number[] | undefined): void {
    for (const task of tasks ?? []) {
      if (this.queued.has(task)) continue;
      this.queued.add(task);
      this.queue.push(task);
    }
  }

  run(): Propagation {
    try {
      this.model.variables.forEach((variable, id) => {
        if (variable.values?.length === 0) throw new Conflict({ origin: null, parents: [] }, id);
      });
      for (const constraint of this.model.constraints) {
        if (constraint.kind !== 'assert') continue;
        const { literal, origin } = constraint;
        this.state.decide(literal, () => ({ origin, parents: [] }));
      }
      this.wake(this.nodes);
      this.wake(this.capacities.map((_, index) => ~index));
      this.wake([...this.loadTasks.values()]);
      this.drain();
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      return { kind: 'infeasible', origins: originsOf(error.reason), variable: error.variable };
    }
    const variables = this.model.variables.map((variable, id) =>
      this.state.domainOf(id).toVariable(variable),
    );
    const { truths } = this.state;
    const deciderOf = (node: NodeId): OriginId => {
      const cause = this.state.causeOfNode(node);
      return (cause === undefined ? null : someOrigin(cause)) ?? 0;
    };
    const unbounded = unboundedVariables(this.model, variables, truths);
    return { kind: 'narrowed', variables, truths, deciderOf, unbounded };
  }

  private drain(): void {
    while (this.queue.length > 0) {
      const batch = this.queue;
      this.queue = [];
      for (const task of batch) {
        this.queued.delete(task);
        if (this.work <= 0) return;
        if (task >= 0) this.visit(task);
        else if (~task < this.capacities.length) this.limitCapacity(~task);
        else this.limitLoads(~task - this.capacities.length);
      }
    }
  }

  private readsOf(node: NodeId): Reads {
    return must(this.reads.get(node), () => `reads of node ${node}`);
  }

  private visit(node: NodeId): void {
    const reads = this.readsOf(node);
    this.work -= 1 + reads.variables.length + reads.nodes.length;
    const cause = (): Cause => this.state.causeFrom(reads, null, this.state.causeOfNode(node));
    const derived = deriveTruth(this.model, node, this.state, new Bounds(this.model, this.state));
    if (derived >= 0) this.state.decide(positive(node) + (derived === 1 ? 0 : 1), cause);
    const truth = this.state.truthOf(node);
    if (truth >= 0 && derived < 0) this.enforce(node, truth === 1, cause);
  }

  /** Narrows what a decided node reads. */
  private enforce(id: NodeId, wanted: boolean, cause: () => Cause): void {
    const { state } = this;
    const node = must(this.model.nodes[id], () => `node ${id}`);
    switch (node.kind) {
      case 'true':
        return;
      case 'member':
        state.narrow(
          node.variable,
          (domain) => (wanted ? domain.intersectList(node.values) : domain.removeList(node.values)),
          cause,
        );
        return;
      case 'atMost':
        state.narrow(
          node.variable,
          (domain) =>
            domain.intersectRange(
              wanted ? { lo: -Infinity, hi: node.bound } : { lo: node.bound + 1, hi: Infinity },
            ),
          cause,
        );
        return;
      case 'linear':
        this.enforceLinear(node.expression, node.lo, node.hi, wanted, cause);
        return;
      case 'same':
        if (wanted) {
          this.matchClasses(node.left, node.leftClasses, node.right, node.rightClasses, cause);
          this.matchClasses(node.right, node.rightClasses, node.left, node.leftClasses, cause);
        } else if (node.left !== node.right) {
          this.excludeClass(node.left, node.leftClasses, node.right, node.rightClasses, cause);
          this.excludeClass(node.right, node.rightClasses, node.left, node.leftClasses, cause);
        }
        return;
      case 'or':
        if (wanted) this.enforceOr(id, node.literals, cause);
        else for (const literal of node.literals) state.decide(negate(literal), cause);
        return;
      default:
        unreachable(node);
    }
  }

  private enforceOr(id: NodeId, literals: readonly Literal[], cause: () => Cause): void {
    const open = literals.filter((literal) => truthOfLiteral(this.state, literal) !== 0);
    if (open.some((literal) => truthOfLiteral(this.state, literal) === 1)) return;
    const [first] = open;
    if (first === undefined) throw new Conflict(cause(), null);
    if (open.length === 1) {
      this.state.decide(first, cause);
      return;
    }
    if (open.length > PROJECTED_LITERALS) return;
    let shared = this.projector.variablesOf(nodeOf(first));
    for (const literal of open) {
      if (shared === null || shared.length === 0) return;
      const own = this.projector.variablesOf(nodeOf(literal));
      shared = own === null ? null : shared.filter((variable) => own.includes(variable));
    }
    this.work -= open.length;
    for (const variable of shared ?? []) {
      const projection = this.projector.projectAny(open, variable);
      // A projection looks at everything below the disjunction.
      const deepCause = (): Cause => this.state.causeFrom(deepReads(this.model, id), null);
      this.state.narrow(variable, (domain) => applyProjection(domain, projection), deepCause);
    }
  }

  private enforceLinear(
    expression: LinearExpression,
    lo: number | null,
    hi: number | null,
    wanted: boolean,
    cause: () => Cause,
  ): void {
    const wantedRange = { lo: lo ?? -Infinity, hi: hi ?? Infinity };
    if (wanted) {
      this.limitExpression(expression, wantedRange, cause);
      return;
    }
    const range = new Bounds(this.model, this.state).expression(expression);
    const below = lo === null || range.lo >= lo;
    const above = hi === null || range.hi <= hi;
    if (below && above) throw new Conflict(cause(), null);
    if (below) this.limitExpression(expression, { lo: wantedRange.hi + 1, hi: Infinity }, cause);
    else if (above) this.limitExpression(expression, { lo: -Infinity, hi: wantedRange.lo - 1 }, cause);
    else this.cutHole(expression, wantedRange, cause);
  }

  /** A single variable in a list domain may lose values from the middle. */
  private cutHole({ constant, terms }: LinearExpression, hole: Range, cause: () => Cause): void {
    const [term] = terms;
    if (terms.length !== 1 || term?.of.kind !== 'variable' || term.coefficient === 0) return;
    const excluded = divideRange(addRanges(hole, point(-constant)), term.coefficient);
    this.state.narrow(term.of.variable, (domain) => domain.keep((value) => !has(excluded, value)), cause);
  }

  /** Narrows every term of an expression so that its value can lie in `wanted`. */
  private limitExpression({ constant, terms }: LinearExpression, wanted: Range, cause: () => Cause): void {
    const bounds = new Bounds(this.model, this.state);
    const own = terms.map(({ of, coefficient }) => scaleRange(coefficient, bounds.term(of)));
    // Sums before and after each term rather than a difference, which rounding would make unsound.
    const after: Range[] = [];
    let sum = point(0);
    for (let index = terms.length - 1; index >= 0; index -= 1) {
      after[index] = sum;
      sum = addRanges(sum, own[index] ?? point(0));
    }
    let before = point(constant);
    terms.forEach(({ of, coefficient }, index) => {
      const others = addRanges(before, after[index] ?? point(0));
      before = addRanges(before, own[index] ?? point(0));
      if (coefficient === 0) return;
      const room = addRanges(wanted, { lo: -others.hi, hi: -others.lo });
      this.limitTerm(of, divideRange(room, coefficient), cause);
    });
  }

  private limitTerm(of: TermOf, range: Range, cause: () => Cause): void {
    switch (of.kind) {
      case 'variable':
        this.state.narrow(of.variable, (domain) => domain.intersectRange(range), cause);
        return;
      case 'literal':
        if (!has(range, 0)) this.state.decide(of.literal, cause);
        if (!has(range, 1)) this.state.decide(negate(of.literal), cause);
        return;
      case 'numeric':
        this.limitNumeric(of.numeric, range, cause);
        return;
      default:
        unreachable(of);
    }
  }

  private limitNumeric(id: number, range: Range, cause: () => Cause): void {
    const numeric = must(this.model.numerics[id], () => `numeric ${id}`);
    switch (numeric.kind) {
      case 'balance':
        return;
      case 'load': {
        const { loads, key } = numeric;
        if (this.limitsOf(loads).tighten(key, range, cause))
          this.wake([must(this.loadTasks.get(loads), 'task')]);
        return;
      }
      case 'when': {
        const { literal, expression } = numeric;
        const own = new Bounds(this.model, this.state).expression(expression);
        if (!has(range, 0)) this.state.decide(literal, cause);
        if (isEmpty(intersectRanges(own, range))) this.state.decide(negate(literal), cause);
        if (truthOfLiteral(this.state, literal) === 1) this.limitExpression(expression, range, cause);
        return;
      }
      case 'extreme':
        this.limitExtreme(numeric, range, cause);
        return;
      case 'product': {
        const { left, right } = numeric;
        const own = (): Bounds => new Bounds(this.model, this.state);
        this.limitExpression(left, factorRange(range, own().expression(right)), cause);
        this.limitExpression(right, factorRange(range, own().expression(left)), cause);
        return;
      }
      case 'quotient': {
        const { dividend, divisor } = numeric;
        const by = new Bounds(this.model, this.state).expression(divisor);
        if (by.lo !== by.hi || by.lo === 0) return;
        this.limitExpression(dividend, dividendRange(range, by.lo), cause);
        return;
      }
      default:
        unreachable(numeric);
    }
  }

  /** No entry that holds may lie beyond the range on the far side; one must reach into it. */
  private limitExtreme(
    { greatest, entries }: Extract<NumericNode, { kind: 'extreme' }>,
    range: Range,
    cause: () => Cause,
  ): void {
    const far = greatest ? { lo: -Infinity, hi: range.hi } : { lo: range.lo, hi: Infinity };
    const reaching: ExtremeEntry[] = [];
    for (const entry of entries) {
      const { literal, expression } = entry;
      if (truthOfLiteral(this.state, literal) === 0) continue;
      const own = new Bounds(this.model, this.state).expression(expression);
      if (isEmpty(intersectRanges(own, far))) {
        this.state.decide(negate(literal), cause);
        continue;
      }
      if (truthOfLiteral(this.state, literal) === 1) this.limitExpression(expression, far, cause);
      if (!isEmpty(intersectRanges(own, range))) reaching.push(entry);
    }
    const [only, ...more] = reaching;
    if (only === undefined) throw new Conflict(cause(), null);
    if (more.length > 0) return;
    this.state.decide(only.literal, cause);
    this.limitExpression(only.expression, range, cause);
  }

  /** Keeps the values of `variable` whose class the other side may still choose. */
  private matchClasses(
    variable: VariableId,
    classes: ClassMap | null,
    other: VariableId,
    otherClasses: ClassMap | null,
    cause: () => Cause,
  ): void {
    const { state } = this;
    const support = state.supportOf(other, otherClasses);
    if (support === null) {
      // The other side is an interval compared by value.
      const range = state.rangeOf(other);
      if (classes === null) state.narrow(variable, (domain) => domain.intersectRange({ ...range }), cause);
      else this.keepClasses(variable, classes, (kind) => has(range, kind), cause);
      return;
    }
    if (classes !== null) {
      this.keepClasses(variable, classes, (kind) => support.classes.has(kind), cause);
      return;
    }
    state.narrow(
      variable,
      (domain) =>
        domain.values === null
          ? domain.intersectList([...support.classes].sort((a, b) => a - b))
          : domain.keep((value) => support.classes.has(value)),
      cause,
    );
  }

  private keepClasses(
    variable: VariableId,
    classes: ClassMap,
    wanted: (kind: number) => boolean,
    cause: () => Cause,
  ): void {
    const isWanted = (value: number): boolean => {
      const kind = classes.get(value);
      return kind !== undefined && wanted(kind);
    };
    this.state.narrow(
      variable,
      (domain) =>
        domain.values === null
          ? domain.intersectList([...classes.keys()].filter(isWanted).sort((a, b) => a - b))
          : domain.keep(isWanted),
      cause,
    );
  }

  /** Where one side has one class left, the other side loses it. */
  private excludeClass(
    variable: VariableId,
    classes: ClassMap | null,
    other: VariableId,
    otherClasses: ClassMap | null,
    cause: () => Cause,
  ): void {
    if (otherClasses === null && !this.state.domainOf(other).isFixed) return;
    const support = this.state.supportOf(other, otherClasses);
    const [only] = support?.classes ?? [];
    if (support?.classes.size !== 1 || !support.total || only === undefined) return;
    this.state.narrow(
      variable,
      (domain) => {
        if (classes === null) return domain.removeList([only]);
        if (domain.values !== null) return domain.keep((value) => classes.get(value) !== only);
        const listed = [...classes].filter(([, kind]) => kind === only).map(([value]) => value);
        return domain.removeList(listed.sort((a, b) => a - b));
      },
      cause,
    );
  }

  /** Takes from the items what the limits of their loads do not leave them; wakes those who read a load that changed. */
  private limitLoads(index: number): void {
    const { loads, reads, limits } = must(this.loads[index], 'loads');
    this.work -= 1 + loads.items.length;
    const changed = limits.refresh();
    if (changed) this.wake(limits.readers);
    this.work -= limits.enforce((extra) => this.state.causeFrom(reads, null, extra));
  }

  /** Takes keys from items that surely count and cannot fit beside those already fixed there. */
  private limitCapacity(index: number): void {
    const { capacity, origin, reads } = must(this.capacities[index], 'capacity');
    const { state } = this;
    this.work -= 1 + capacity.items.length + capacity.keys.length;
    const cause = (): Cause => state.causeFrom(reads, origin);
    const load = new Map<number, number>();
    let largest = 0;
    for (const { variable, demand, presence } of capacity.items) {
      const domain = state.domainOf(variable);
      if (presence !== null && truthOfLiteral(state, presence) !== 1) continue;
      if (domain.isFixed) load.set(domain.lo, (load.get(domain.lo) ?? 0) + demand);
    }
    for (const { demand } of capacity.items) largest = Math.max(largest, demand);
    const narrow: { readonly key: number; readonly room: number }[] = [];
    for (const { key, capacity: limit } of capacity.keys) {
      const room = load.size === 0 ? limit : limit - (load.get(key) ?? 0);
      if (room < 0) throw new Conflict(cause(), null);
      if (room < largest) narrow.push({ key, room });
    }
    if (narrow.length === 0) return;
    const roomAt = new Map(narrow.map(({ key, room }) => [key, room]));
    const keysBelow = new Map<number, readonly number[]>();
    const parts = new SharedParts();
    for (const { variable, demand, presence } of capacity.items) {
      const domain = state.domainOf(variable);
      const counts = presence === null ? 1 : truthOfLiteral(state, presence);
      if (counts === 0 || (domain.isFixed && counts === 1)) continue;
      if (counts === 1) {
        let full = keysBelow.get(demand);
        if (full === undefined) {
          full = narrow.filter(({ room }) => room < demand).map(({ key }) => key);
          keysBelow.set(demand, full);
        }
        const list = full;
        if (list.length > 0) parts.remove(state, variable, list, cause);
      } else if (presence !== null && domain.isFixed && demand > (roomAt.get(domain.lo) ?? Infinity)) {
        state.decide(negate(presence), cause);
      }
    }
  }
}

/**
 * Domains and truths that follow from the hard constraints one at a time, to a fixpoint.
 *
 * - Takes any valid model, intervals without ends included. Never lists an interval of more than 10,000 values.
 * - Sound: no solution is lost. Work is bounded, so that rows which narrow an interval by one step at a time
 *   end the search for a fixpoint early instead of running on.
 * - Soft terms say nothing about domains.
 */
export function propagate(model: Model): Propagation {
  return new Propagator(model).run();
}
