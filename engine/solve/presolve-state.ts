import { must } from '../base/assert.js';
import { byNumber } from '../base/order.js';
import type { ClassMap, Literal, Loads, Model, NodeId, OriginId, VariableId } from '../model/model.js';
import { isNegated, nodeOf } from '../model/model.js';
import type { Knowledge } from './bounds.js';
import { truthOfLiteral } from './bounds.js';
import type { Cause } from './cause.js';
import { Domain, countWithin } from './domain.js';
import type { Support } from './list-support.js';
import { supportOfList } from './list-support.js';
import { LoadBounds } from './load-bounds.js';
import type { ProjectionContext } from './projection.js';
import type { Range } from './range.js';
import type { Reads } from './reads.js';

/** Ends a propagation: what is asked cannot all hold. `variable` is the one that lost its last value, if any. */
export class Conflict extends Error {
  override readonly name = 'Conflict';
  constructor(
    readonly reason: Cause,
    readonly variable: VariableId | null,
  ) {
    super('conflict');
  }
}

/** Domains and truths as far as they are known, each with its cause; tells a listener of every change. */
export class PresolveState implements Knowledge, ProjectionContext {
  readonly domains: Domain[];
  readonly truths: Int8Array;
  private readonly variableCauses: (Cause | undefined)[] = [];
  private readonly nodeCauses: (Cause | undefined)[] = [];
  private readonly supports = new Map<ClassMap | null, Map<VariableId, { from: number; support: Support }>>();
  private readonly revisions: number[];
  private readonly loads: LoadBounds;
  /** Counts whatever becomes known. */
  private changes = 0;
  private readonly loadsCauses = new Map<Loads, { readonly at: number; readonly cause: Cause }>();

  constructor(
    model: Model,
    private readonly changed: {
      readonly variable: (variable: VariableId) => void;
      readonly node: (node: NodeId) => void;
    },
  ) {
    this.domains = model.variables.map((variable) => Domain.of(variable));
    this.revisions = model.variables.map(() => 0);
    this.truths = new Int8Array(model.nodes.length).fill(-1);
    this.truths[0] = 1;
    this.loads = new LoadBounds({
      domainOf: (variable) => this.domainOf(variable),
      truthOfLiteral: (literal) => truthOfLiteral(this, literal),
    });
  }

  domainOf(variable: VariableId): Domain {
    return must(this.domains[variable], () => `variable ${variable}`);
  }

  rangeOf(variable: VariableId): Range {
    return this.domainOf(variable);
  }

  truthOf(node: NodeId): number {
    return this.truths[node] ?? -1;
  }

  /** As of the last refresh: domains only shrink, so that it holds still. */
  loadRange(loads: Loads, key: number): Range {
    return this.loads.range(loads, key);
  }

  /** Answers whether some range changed. */
  refreshLoads(loads: Loads): boolean {
    return this.loads.refresh(loads);
  }

  /** Why the loads are what they are by now; one object for all keys until something changes. */
  private causeOfLoads(loads: Loads): Cause {
    const known = this.loadsCauses.get(loads);
    if (known?.at === this.changes) return known.cause;
    const parents = new Set<Cause>();
    for (const { variable, presence } of loads.items) {
      const own = this.variableCauses[variable];
      if (own !== undefined) parents.add(own);
      const present = presence === null ? undefined : this.nodeCauses[nodeOf(presence)];
      if (present !== undefined) parents.add(present);
    }
    const cause = { origin: null, parents: [...parents] };
    this.loadsCauses.set(loads, { at: this.changes, cause });
    return cause;
  }

  causeOf(variable: VariableId): Cause | undefined {
    return this.variableCauses[variable];
  }

  causeOfNode(node: NodeId): Cause | undefined {
    return this.nodeCauses[node];
  }

  /** The cause of whatever follows now from `reads` (and from `extra`). */
  causeFrom(reads: Reads, origin: OriginId | null, extra?: Cause): Cause {
    const parents = new Set<Cause>();
    for (const variable of reads.variables) {
      const cause = this.variableCauses[variable];
      if (cause !== undefined) parents.add(cause);
    }
    for (const node of reads.nodes) {
      const cause = this.nodeCauses[node];
      if (cause !== undefined) parents.add(cause);
    }
    for (const loads of reads.loads) parents.add(this.causeOfLoads(loads));
    if (extra !== undefined) parents.add(extra);
    return { origin, parents: [...parents] };
  }

  /** Narrows one domain; throws Conflict where nothing is left. */
  narrow(variable: VariableId, change: (domain: Domain) => boolean, cause: () => Cause): void {
    const domain = this.domainOf(variable);
    if (!change(domain)) return;
    this.revisions[variable] = (this.revisions[variable] ?? 0) + 1;
    this.changes += 1;
    const previous = this.variableCauses[variable];
    const reason = cause();
    this.variableCauses[variable] =
      previous === undefined || reason.parents.includes(previous)
        ? reason
        : { origin: null, parents: [reason, previous] };
    if (domain.isEmpty) throw new Conflict(must(this.variableCauses[variable], 'cause'), variable);
    this.changed.variable(variable);
  }

  /** Decides a literal; throws Conflict where the opposite is known. */
  decide(literal: Literal, cause: () => Cause): void {
    const node = nodeOf(literal);
    const truth = isNegated(literal) ? 0 : 1;
    const known = this.truths[node];
    if (known === truth) return;
    if (known !== -1) {
      const other = this.nodeCauses[node];
      const reason = cause();
      throw new Conflict(other === undefined ? reason : { origin: null, parents: [reason, other] }, null);
    }
    this.truths[node] = truth;
    this.changes += 1;
    this.nodeCauses[node] = cause();
    this.changed.node(node);
  }

  /** Classes that `variable` may still choose, or null where they are too many to list. */
  supportOf(variable: VariableId, classes: ClassMap | null): Support | null {
    const domain = this.domainOf(variable);
    if (domain.values === null && classes === null && !domain.isFixed) return null;
    let byVariable = this.supports.get(classes);
    if (byVariable === undefined) {
      byVariable = new Map();
      this.supports.set(classes, byVariable);
    }
    const from = this.revisions[variable] ?? 0;
    const known = byVariable.get(variable);
    if (known?.from === from) return known.support;
    const support = computeSupport(domain, classes);
    byVariable.set(variable, { from, support });
    return support;
  }

  classesOf(variable: VariableId, classes: ClassMap | null): ReadonlySet<number> | null {
    return this.supportOf(variable, classes)?.classes ?? null;
  }
}

function computeSupport(domain: Domain, classes: ClassMap | null): Support {
  const list = domain.values;
  if (list !== null) return supportOfList(list, classes);
  if (classes === null) return { classes: new Set([domain.lo]), total: true };
  const found = new Set<number>();
  const keys: number[] = [];
  for (const [value, kind] of classes) {
    if (!domain.has(value)) continue;
    keys.push(value);
    found.add(kind);
  }
  keys.sort(byNumber);
  return { classes: found, total: countWithin(keys, domain) === domain.size };
}
