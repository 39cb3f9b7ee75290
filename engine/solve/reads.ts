import { unreachable } from '../base/assert.js';
import type { Capacity, LinearExpression, Loads, Model, NodeId, VariableId } from '../model/model.js';
import { nodeOf } from '../model/model.js';
import { numericParts } from '../model/numeric-parts.js';

/** What decides a node's truth, with numeric nodes looked through. Each id once, in order of mention. */
export interface Reads {
  readonly variables: readonly VariableId[];
  readonly nodes: readonly NodeId[];
  /** Loads, whose items are not among the variables and nodes: many nodes read the same ones. */
  readonly loads: readonly Loads[];
}

class Collector {
  readonly variables = new Set<VariableId>();
  readonly nodes = new Set<NodeId>();
  readonly loads = new Set<Loads>();
  private readonly numerics = new Set<number>();

  constructor(private readonly model: Model) {}

  expression({ terms }: LinearExpression): void {
    for (const { of } of terms) {
      if (of.kind === 'variable') this.variables.add(of.variable);
      else if (of.kind === 'literal') this.nodes.add(nodeOf(of.literal));
      else this.numeric(of.numeric);
    }
  }

  items({ items }: Capacity | Loads): void {
    for (const { variable, presence } of items) {
      this.variables.add(variable);
      if (presence !== null) this.nodes.add(nodeOf(presence));
    }
  }

  private numeric(id: number): void {
    if (this.numerics.has(id)) return;
    this.numerics.add(id);
    const numeric = this.model.numerics[id];
    if (numeric === undefined) return;
    const { literals, expressions, capacity, loads } = numericParts(numeric);
    for (const literal of literals) this.nodes.add(nodeOf(literal));
    for (const expression of expressions) this.expression(expression);
    if (capacity !== null) this.items(capacity);
    if (loads !== null) this.loads.add(loads);
  }

  done(): Reads {
    return { variables: [...this.variables], nodes: [...this.nodes], loads: [...this.loads] };
  }
}

/** What a node reads without looking through other Boolean nodes. */
export function readsOfNode(model: Model, id: NodeId): Reads {
  const collector = new Collector(model);
  const node = model.nodes[id];
  switch (node?.kind) {
    case undefined:
    case 'true':
      break;
    case 'member':
    case 'atMost':
      collector.variables.add(node.variable);
      break;
    case 'linear':
      collector.expression(node.expression);
      break;
    case 'same':
      collector.variables.add(node.left).add(node.right);
      break;
    case 'or':
      for (const literal of node.literals) collector.nodes.add(nodeOf(literal));
      break;
    default:
      unreachable(node);
  }
  return collector.done();
}

/** What a node reads through all its descendants, those and the items of loads included. */
export function deepReads(model: Model, id: NodeId): Reads {
  const variables = new Set<VariableId>();
  const nodes = new Set<NodeId>([id]);
  const known = new Set<Loads>();
  for (const node of nodes) {
    const reads = readsOfNode(model, node);
    for (const variable of reads.variables) variables.add(variable);
    for (const child of reads.nodes) nodes.add(child);
    for (const loads of reads.loads) {
      if (known.has(loads)) continue;
      known.add(loads);
      const items = readsOfItems(model, loads);
      for (const variable of items.variables) variables.add(variable);
      for (const child of items.nodes) nodes.add(child);
    }
  }
  return { variables: [...variables], nodes: [...nodes], loads: [] };
}

/** Items of a capacity or of loads, with their presences. */
export function readsOfItems(model: Model, items: Capacity | Loads): Reads {
  const collector = new Collector(model);
  collector.items(items);
  return collector.done();
}
