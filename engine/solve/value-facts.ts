import { must, unreachable } from '../base/assert.js';
import type {
  BooleanNode,
  Capacity,
  ClassMap,
  LinearExpression,
  Loads,
  Model,
  NodeId,
  VariableId,
} from '../model/model.js';
import { isNegated, nodeOf } from '../model/model.js';
import { classOf } from '../model/evaluate.js';
import { numericParts } from '../model/numeric-parts.js';
import { evaluationOrder } from '../model/order.js';

/** An asserted inequality seen from one side: own class must differ from the peer's. */
export interface Apart {
  readonly peer: VariableId;
  /** Null: compared by value. */
  readonly own: ClassMap | null;
  readonly other: ClassMap | null;
}

/** Everything by which a model can tell two values of one variable apart. */
export interface ValueFacts {
  /** The value itself counts somewhere, so that no two values are alike. */
  raw: boolean;
  /** Lists and upper bounds whose truth depends on the value. */
  readonly lists: (readonly number[])[];
  readonly bounds: number[];
  /** Class maps that matter beyond asserted inequalities. */
  readonly classMaps: Set<ClassMap>;
  /** Variables compared by value in a node that is not asserted false. */
  readonly equals: Set<VariableId>;
  readonly apart: Apart[];
  /** Indices into `capacities`. */
  readonly capacities: Set<number>;
}

export interface ModelFacts {
  readonly variables: readonly ValueFacts[];
  /** Capacities of constraints and of balances. */
  readonly capacities: readonly Capacity[];
  /** Capacities of balances that something might want small. */
  readonly tainted: ReadonlySet<number>;
}

/** The only value of a variable, or null. */
export function fixedValue(model: Model, variable: VariableId): number | null {
  const { values, lo, hi } = must(model.variables[variable], () => `variable ${variable}`);
  if (values !== null) return values.length === 1 ? (values[0] ?? null) : null;
  return lo !== null && lo === hi ? lo : null;
}

class Collector {
  readonly variables: ValueFacts[];
  readonly capacities: Capacity[] = [];
  readonly tainted = new Set<number>();
  private readonly balances = new Map<number, number>();
  private readonly counted = new Set<Loads>();
  /** Nodes asserted true (1) or false (0). */
  private readonly asserted = new Map<NodeId, number>();

  constructor(private readonly model: Model) {
    this.variables = model.variables.map(() => ({
      raw: false,
      lists: [],
      bounds: [],
      classMaps: new Set(),
      equals: new Set(),
      apart: [],
      capacities: new Set(),
    }));
  }

  private of(variable: VariableId): ValueFacts {
    return must(this.variables[variable], () => `variable ${variable}`);
  }

  private capacity(capacity: Capacity): number {
    const index = this.capacities.push(capacity) - 1;
    for (const { variable } of capacity.items) this.of(variable).capacities.add(index);
    return index;
  }

  collect(): ModelFacts {
    const { model } = this;
    for (const constraint of model.constraints) {
      if (constraint.kind === 'capacity') this.capacity(constraint.capacity);
      else this.asserted.set(nodeOf(constraint.literal), isNegated(constraint.literal) ? 0 : 1);
    }
    const { order } = evaluationOrder(model);
    for (const entity of order) {
      if (entity >= 0) this.node(entity);
      else {
        const numeric = must(model.numerics[~entity], 'numeric node');
        const { expressions, capacity, loads } = numericParts(numeric);
        if (capacity !== null) this.balances.set(~entity, this.capacity(capacity));
        if (loads !== null) this.loads(loads);
        for (const expression of expressions) this.rawTerms(expression);
      }
    }
    for (const entity of order) {
      const node = entity >= 0 ? model.nodes[entity] : undefined;
      if (node?.kind === 'linear') this.wants(node.expression, this.directionOf(entity, node));
    }
    for (const { soft } of model.objectives) {
      for (const { weight, expression } of soft) {
        this.rawTerms(expression);
        if (weight !== 0) this.wants(expression, Math.sign(weight));
      }
    }
    const { variables, capacities, tainted } = this;
    return { variables, capacities, tainted };
  }

  /** A sum of demands tells values of unlike class apart, for whatever it is read. */
  private loads(loads: Loads): void {
    if (this.counted.has(loads)) return;
    this.counted.add(loads);
    for (const { variable } of loads.items) {
      if (loads.classes === null) this.of(variable).raw = true;
      else this.of(variable).classMaps.add(loads.classes);
    }
  }

  /** 1 where a larger expression can do no harm, -1 for a smaller one, 0 for neither. */
  private directionOf(id: NodeId, { lo, hi }: Extract<BooleanNode, { kind: 'linear' }>): number {
    const truth = this.asserted.get(id);
    if (truth === undefined || (lo !== null && hi !== null)) return 0;
    return (hi === null) === (truth === 1) ? 1 : -1;
  }

  private wants({ terms }: LinearExpression, direction: number): void {
    for (const { of, coefficient } of terms) {
      if (of.kind !== 'numeric' || coefficient === 0) continue;
      const numeric = must(this.model.numerics[of.numeric], 'numeric node');
      const own = direction * Math.sign(coefficient);
      if (numeric.kind === 'balance') {
        if (own <= 0) this.tainted.add(must(this.balances.get(of.numeric), 'capacity of a balance'));
        continue;
      }
      // A product or quotient may grow or shrink with its parts.
      const grows = numeric.kind === 'when' || numeric.kind === 'extreme';
      for (const part of numericParts(numeric).expressions) this.wants(part, grows ? own : 0);
    }
  }

  private rawTerms({ terms }: LinearExpression): void {
    for (const { of, coefficient } of terms) {
      if (of.kind === 'variable' && coefficient !== 0) this.of(of.variable).raw = true;
    }
  }

  private node(id: NodeId): void {
    const node = must(this.model.nodes[id], 'Boolean node');
    switch (node.kind) {
      case 'true':
      case 'or':
        return;
      case 'member':
        this.of(node.variable).lists.push(node.values);
        return;
      case 'atMost':
        this.of(node.variable).bounds.push(node.bound);
        return;
      case 'linear':
        this.rawTerms(node.expression);
        return;
      case 'same':
        this.same(node, this.asserted.get(id) === 0);
        return;
      default:
        unreachable(node);
    }
  }

  private same(node: Extract<BooleanNode, { kind: 'same' }>, isApart: boolean): void {
    const { left, leftClasses, right, rightClasses } = node;
    if (isApart && left !== right) {
      // A value that must differ from another's class: which values are free depends on that class.
      if (leftClasses === null && rightClasses !== null) this.of(left).raw = true;
      if (rightClasses === null && leftClasses !== null) this.of(right).raw = true;
      this.of(left).apart.push({ peer: right, own: leftClasses, other: rightClasses });
      this.of(right).apart.push({ peer: left, own: rightClasses, other: leftClasses });
      return;
    }
    if (leftClasses !== null && rightClasses !== null) {
      this.of(left).classMaps.add(leftClasses);
      this.of(right).classMaps.add(rightClasses);
      return;
    }
    this.valueSide(left, leftClasses, right, rightClasses);
    this.valueSide(right, rightClasses, left, leftClasses);
  }

  /** One side of an equality in which a side is compared by value. */
  private valueSide(
    variable: VariableId,
    classes: ClassMap | null,
    peer: VariableId,
    peerClasses: ClassMap | null,
  ): void {
    const facts = this.of(variable);
    const fixed = fixedValue(this.model, peer);
    if (fixed !== null) {
      if (classes !== null) facts.classMaps.add(classes);
      else {
        const kind = classOf(peerClasses, fixed);
        if (kind !== undefined) facts.lists.push([kind]);
      }
    } else if (classes === null && peerClasses === null) {
      facts.equals.add(peer);
    } else if (fixedValue(this.model, variable) === null) {
      // Values on one side are classes on the other: a swap of values would not keep them equal.
      facts.raw = true;
      this.of(peer).raw = true;
    }
  }
}

/** What tells the values of each variable of a (reduced) model apart. */
export function factsOf(model: Model): ModelFacts {
  return new Collector(model).collect();
}
