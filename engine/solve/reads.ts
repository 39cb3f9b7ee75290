import { unreachable } from '../base/assert.js';
import type { Capacity, LinearExpression, Model, NodeId, VariableId } from '../model/model.js';
import { nodeOf } from '../model/model.js';
import { numericParts } from '../model/numeric-parts.js';

/** What decides a node's truth, with numeric nodes looked through. Each id once, in order of mention. */
export interface Reads {
  readonly variables: readonly VariableId[];
  readonly nodes: readonly NodeId[];
}

class Collector {
  readonly variables = new Set<VariableId>();
  readonly nodes = new Set<NodeId>();
  private readonly numerics = new Set<number>();

  constructor(private readonly model: Model) {}

  expression({ terms }: LinearExpression): void {
    for (const { of } of terms) {
      if (of.kind === 'variable') this.variables.add(of.variable);
      else if (of.kind === 'literal') this.nodes.add(nodeOf(of.literal));
      else this.numeric(of.numeric);
    }
  }

  capacity({ items }: Capacity): void {
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
    const { literals, expressions, capacity } = numericParts(numeric);
    for (const literal of literals) this.nodes.add(nodeOf(literal));
    for (const expression of expressions) this.expression(expression);
    if (capacity !== null) this.capacity(capacity);
  }

  done(): Reads {
    return { variables: [...this.variables], nodes: [...this.nodes] };
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

/** What a node reads through all its descendants, those included. */
export function deepReads(model: Model, id: NodeId): Reads {
  const variables = new Set<VariableId>();
  const nodes = new Set<NodeId>([id]);
  for (const node of nodes) {
    const reads = readsOfNode(model, node);
    for (const variable of reads.variables) variables.add(variable);
    for (const child of reads.nodes) nodes.add(child);
  }
  return { variables: [...variables], nodes: [...nodes] };
}

export function readsOfCapacity(model: Model, capacity: Capacity): Reads {
  const collector = new Collector(model);
  collector.capacity(capacity);
  return collector.done();
}
