import { must, unreachable } from '../base/assert.js';
import { indexIn } from '../model/search.js';
import type {
  Assignment,
  BooleanNode,
  Capacity,
  Constraint,
  LinearExpression,
  Literal,
  Loads,
  Model,
  NumericNode,
  Term,
  Variable,
  VariableId,
} from '../model/model.js';
import { nodeOf } from '../model/model.js';
import { evaluationOrder } from '../model/order.js';

/** A few constraints as a model of their own, without what they do not read. */
export interface Submodel {
  readonly model: Model;
  /** An answer for every variable of the whole model: those that nothing here reads keep their hint. */
  readonly expand: (values: Assignment) => Assignment;
  /** The part of an answer for the whole model that this model is about. */
  readonly project: (values: Assignment) => Assignment;
}

/** A value that a variable may take: its hint, else its least. An empty domain gives 0. */
function anyValue({ values, lo, hi }: Variable, hint: number | null): number {
  if (values !== null) return hint !== null && indexIn(values, hint) >= 0 ? hint : (values[0] ?? 0);
  const wanted = hint ?? 0;
  if (lo !== null && wanted < lo) return lo;
  return hi !== null && wanted > hi ? hi : wanted;
}

class Copier {
  readonly variables: VariableId[] = [];
  readonly nodes: BooleanNode[] = [{ kind: 'true' }];
  readonly numerics: NumericNode[] = [];
  private readonly variableIds = new Map<VariableId, VariableId>();
  private readonly nodeIds = new Map<number, number>([[0, 0]]);
  private readonly numericIds = new Map<number, number>();
  private readonly loadCopies = new Map<Loads, Loads>();

  constructor(private readonly model: Model) {}

  variable(id: VariableId): VariableId {
    let copy = this.variableIds.get(id);
    if (copy === undefined) {
      copy = this.variables.length;
      this.variables.push(id);
      this.variableIds.set(id, copy);
    }
    return copy;
  }

  private literal(literal: Literal): Literal {
    const node = must(this.nodeIds.get(nodeOf(literal)), 'a node before its readers');
    return node * 2 + (literal & 1);
  }

  private expression({ constant, terms }: LinearExpression): LinearExpression {
    return {
      constant,
      terms: terms.map(({ of, coefficient }): Term => {
        switch (of.kind) {
          case 'variable':
            return { of: { kind: 'variable', variable: this.variable(of.variable) }, coefficient };
          case 'literal':
            return { of: { kind: 'literal', literal: this.literal(of.literal) }, coefficient };
          case 'numeric': {
            const numeric = must(this.numericIds.get(of.numeric), 'a number before its readers');
            return { of: { kind: 'numeric', numeric }, coefficient };
          }
          default:
            return unreachable(of);
        }
      }),
    };
  }

  private capacity({ items, keys }: Capacity): Capacity {
    return { items: this.items(items), keys };
  }

  private items(items: Loads['items']): Loads['items'] {
    return items.map(({ variable, demand, presence }) => ({
      variable: this.variable(variable),
      demand,
      presence: presence === null ? null : this.literal(presence),
    }));
  }

  private loads(loads: Loads): Loads {
    let copy = this.loadCopies.get(loads);
    if (copy === undefined) {
      copy = { items: this.items(loads.items), classes: loads.classes };
      this.loadCopies.set(loads, copy);
    }
    return copy;
  }

  node(id: number): void {
    if (this.nodeIds.has(id)) return;
    const copy = this.nodeCopy(must(this.model.nodes[id], 'node'));
    this.nodes.push(copy);
    this.nodeIds.set(id, this.nodes.length - 1);
  }

  private nodeCopy(node: BooleanNode): BooleanNode {
    switch (node.kind) {
      case 'true':
        return node;
      case 'member':
      case 'atMost':
        return { ...node, variable: this.variable(node.variable) };
      case 'linear':
        return { ...node, expression: this.expression(node.expression) };
      case 'same':
        return { ...node, left: this.variable(node.left), right: this.variable(node.right) };
      case 'or':
        return { kind: 'or', literals: node.literals.map((literal) => this.literal(literal)) };
      default:
        return unreachable(node);
    }
  }

  numeric(id: number): void {
    const node = must(this.model.numerics[id], 'numeric node');
    this.numerics.push(this.numericCopy(node));
    this.numericIds.set(id, this.numerics.length - 1);
  }

  private numericCopy(node: NumericNode): NumericNode {
    switch (node.kind) {
      case 'when':
        return {
          kind: 'when',
          literal: this.literal(node.literal),
          expression: this.expression(node.expression),
        };
      case 'balance':
        return { kind: 'balance', capacity: this.capacity(node.capacity) };
      case 'extreme': {
        const entries = node.entries.map(({ literal, expression }) => ({
          literal: this.literal(literal),
          expression: this.expression(expression),
        }));
        return { ...node, entries };
      }
      case 'product':
        return { kind: 'product', left: this.expression(node.left), right: this.expression(node.right) };
      case 'quotient':
        return {
          kind: 'quotient',
          dividend: this.expression(node.dividend),
          divisor: this.expression(node.divisor),
        };
      case 'load':
        return { ...node, loads: this.loads(node.loads) };
      default:
        return unreachable(node);
    }
  }

  constraint(constraint: Constraint): Constraint {
    return constraint.kind === 'assert'
      ? { ...constraint, literal: this.literal(constraint.literal) }
      : { ...constraint, capacity: this.capacity(constraint.capacity) };
  }
}

/**
 * The constraints alone, with the nodes and variables that they read and without objectives. Origins stay as they
 * are. An empty domain of a variable that nothing here reads is not looked at.
 */
export function submodelOf(model: Model, constraints: readonly Constraint[]): Submodel {
  const copier = new Copier(model);
  const { order } = evaluationOrder({ ...model, constraints, objectives: [] });
  for (const entity of order) {
    if (entity >= 0) copier.node(entity);
    else copier.numeric(~entity);
  }
  const copies = constraints.map((constraint) => copier.constraint(constraint));
  const { variables, nodes, numerics } = copier;
  return {
    model: {
      variables: variables.map((id) => must(model.variables[id], 'variable')),
      nodes,
      numerics,
      constraints: copies,
      objectives: [],
      hints: variables.map((id) => model.hints[id] ?? null),
    },
    expand: (values) => {
      const whole = model.variables.map((variable, id) => anyValue(variable, model.hints[id] ?? null));
      variables.forEach((id, copy) => {
        whole[id] = must(values[copy], 'value');
      });
      return whole;
    },
    project: (values) => variables.map((id) => must(values[id], 'value')),
  };
}
