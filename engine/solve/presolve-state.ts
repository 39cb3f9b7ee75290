import { must } from '../base/assert.js';
import { byNumber } from '../base/order.js';
import type { ClassMap, Literal, Model, NodeId, OriginId, VariableId } from '../model/model.js';
import { isNegated, nodeOf } from '../model/model.js';
import type { Knowledge } from './bounds.js';
import type { Cause } from './cause.js';
import { Domain, countWithin } from './domain.js';
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

/** Classes that a variable may still choose under one class map. */
export interface Support {
  readonly classes: ReadonlySet<number>;
  /** Every value that may be chosen has a class. */
  readonly total: boolean;
}

/** Domains and truths as far as they are known, each with its cause; tells a listener of every change. */
export class PresolveState implements Knowledge, ProjectionContext {
  readonly domains: Domain[];
  readonly truths: Int8Array;
  private readonly variableCauses: (Cause | undefined)[] = [];
  private readonly nodeCauses: (Cause | undefined)[] = [];
  private readonly supports = new Map<ClassMap | null, Map<VariableId, { from: number; support: Support }>>();
  private readonly revisions: number[];

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
    if (extra !== undefined) parents.add(extra);
    return { origin, parents: [...parents] };
  }

  /** Narrows one domain; throws Conflict where nothing is left. */
  narrow(variable: VariableId, change: (domain: Domain) => boolean, cause: () => Cause): void {
    const domain = this.domainOf(variable);
    if (!change(domain)) return;
    this.revisions[variable] = (this.revisions[variable] ?? 0) + 1;
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

/** Supports of list domains, kept per list: most variables of a model share theirs. */
const listSupports = new WeakMap<readonly number[], Map<ClassMap | null, Support>>();

function computeSupport(domain: Domain, classes: ClassMap | null): Support {
  const list = domain.values;
  if (list !== null) {
    let byClasses = listSupports.get(list);
    if (byClasses === undefined) {
      byClasses = new Map();
      listSupports.set(list, byClasses);
    }
    let support = byClasses.get(classes);
    if (support === undefined) {
      support = supportOfList(list, classes);
      byClasses.set(classes, support);
    }
    return support;
  }
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

function supportOfList(list: readonly number[], classes: ClassMap | null): Support {
  if (classes === null) return { classes: new Set(list), total: true };
  const found = new Set<number>();
  let total = true;
  for (const value of list) {
    const kind = classes.get(value);
    if (kind === undefined) total = false;
    else found.add(kind);
  }
  return { classes: found, total };
}
