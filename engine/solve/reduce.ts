import { unreachable } from '../base/assert.js';
import { addExact } from '../base/int.js';
import type {
  BooleanNode,
  Capacity,
  Constraint,
  LinearExpression,
  Literal,
  Loads,
  Model,
  NodeId,
  NumericNode,
  OriginId,
  Term,
  Variable,
} from '../model/model.js';
import { FALSE, TRUE, isNegated, nodeOf, positive } from '../model/model.js';
import { mapNumeric } from '../model/numeric-parts.js';
import { reachableNodes } from '../model/order.js';
import type { Knowledge } from './bounds.js';
import { Bounds } from './bounds.js';
import { deriveTruth } from './derive.js';
import { PresolveState } from './presolve-state.js';

/** What propagation found, as far as a reduced model is built from it. */
export interface Narrowed {
  readonly variables: readonly Variable[];
  readonly truths: Int8Array;
  /** An origin that a decided node may be blamed on. */
  readonly deciderOf: (node: NodeId) => OriginId;
}

class Reducer {
  private readonly reducedLoads = new Map<Loads, Loads>();

  constructor(
    private readonly model: Model,
    private readonly found: Narrowed,
    /** Truths that the narrowed domains alone entail, so that nothing has to enforce them. */
    private readonly entailed: Int8Array,
  ) {}

  private literal(literal: Literal): Literal {
    const truth = this.found.truths[nodeOf(literal)] ?? -1;
    if (truth < 0) return literal;
    return (truth === 1) !== isNegated(literal) ? TRUE : FALSE;
  }

  private expression({ constant, terms }: LinearExpression): LinearExpression {
    let sum = constant;
    const kept: Term[] = [];
    for (const term of terms) {
      if (term.of.kind !== 'literal') {
        kept.push(term);
        continue;
      }
      const literal = this.literal(term.of.literal);
      if (literal === TRUE) sum = addExact(sum, term.coefficient);
      else if (literal !== FALSE) kept.push(term);
    }
    return { constant: sum, terms: kept };
  }

  private capacity({ items, keys }: Capacity): Capacity {
    return { items: this.items(items), keys };
  }

  private items(items: Loads['items']): Loads['items'] {
    const counted: Loads['items'][number][] = [];
    for (const item of items) {
      if (item.presence === null) {
        counted.push(item);
        continue;
      }
      const presence = this.literal(item.presence);
      if (presence === TRUE) counted.push({ ...item, presence: null });
      else if (presence !== FALSE) counted.push({ ...item, presence });
    }
    return counted;
  }

  private loads(loads: Loads): Loads {
    let reduced = this.reducedLoads.get(loads);
    if (reduced === undefined) {
      reduced = { items: this.items(loads.items), classes: loads.classes };
      this.reducedLoads.set(loads, reduced);
    }
    return reduced;
  }

  private node(node: BooleanNode): BooleanNode {
    switch (node.kind) {
      case 'true':
      case 'member':
      case 'atMost':
      case 'same':
        return node;
      case 'linear':
        return { ...node, expression: this.expression(node.expression) };
      case 'or':
        return {
          kind: 'or',
          literals: node.literals
            .map((literal) => this.literal(literal))
            .filter((literal) => literal !== FALSE),
        };
      default:
        return unreachable(node);
    }
  }

  private numeric(numeric: NumericNode): NumericNode {
    return mapNumeric(numeric, {
      literal: (literal) => this.literal(literal),
      expression: (expression) => this.expression(expression),
      capacity: (capacity) => this.capacity(capacity),
      loads: (loads) => this.loads(loads),
    });
  }

  /** Asserts for every decided node that neither the domains entail nor its children's asserts imply. */
  private asserts(): Constraint[] {
    const { truths, deciderOf } = this.found;
    const asserts: Constraint[] = [];
    for (const id of reachableNodes(this.model)) {
      const truth = truths[id] ?? -1;
      if (truth < 0 || this.entailed[id] === truth || this.followsFromChildren(id, truth)) continue;
      const origin = deciderOf(id);
      asserts.push({ kind: 'assert', literal: positive(id) + (1 - truth), origin });
    }
    return asserts;
  }

  private followsFromChildren(id: NodeId, truth: number): boolean {
    const node = this.model.nodes[id];
    if (node?.kind !== 'or') return false;
    const mapped = node.literals.map((literal) => this.literal(literal));
    return truth === 1 ? mapped.includes(TRUE) : mapped.every((literal) => literal === FALSE);
  }

  build(): Model {
    const { model } = this;
    const constraints = this.asserts();
    for (const constraint of model.constraints) {
      if (constraint.kind === 'capacity') {
        constraints.push({ ...constraint, capacity: this.capacity(constraint.capacity) });
      }
    }
    return {
      variables: this.found.variables,
      nodes: model.nodes.map((node) => this.node(node)),
      numerics: model.numerics.map((numeric) => this.numeric(numeric)),
      constraints,
      objectives: model.objectives.map(({ priority, soft }) => ({
        priority,
        soft: soft.map((term) => ({ ...term, expression: this.expression(term.expression) })),
      })),
      hints: model.hints,
    };
  }
}

/**
 * The model over the narrowed domains, with decided literals folded into their readers.
 *
 * - Variable, node and numeric ids stay, so that an answer to it is an answer to `model`.
 * - Has exactly the solutions of `model`: what the domains do not entail stays asserted.
 */
export function reduceModel(model: Model, found: Narrowed): Model {
  const state = new PresolveState({ ...model, variables: found.variables }, silent);
  const known: Knowledge = state;
  const entailed = state.truths;
  for (const id of reachableNodes(model)) {
    entailed[id] = deriveTruth(model, id, state, new Bounds(model, known));
  }
  return new Reducer(model, found, entailed).build();
}

const silent = { variable: (): void => undefined, node: (): void => undefined };
