import type { LinearExpression, Loads, Model, NodeId, VariableId } from './model.js';
import { nodeOf } from './model.js';
import { numericParts } from './numeric-parts.js';

/** Variables that a constraint or an objective reads, directly or through nodes; ascending. */
export function readVariables(model: Model): VariableId[] {
  const read = new Set<VariableId>();
  const nodes = new Set<NodeId>();
  const numerics = new Set<number>();
  const loadsSeen = new Set<Loads>();
  const pending: NodeId[] = [];
  const literal = (one: number): void => {
    const node = nodeOf(one);
    if (nodes.has(node)) return;
    nodes.add(node);
    pending.push(node);
  };
  const expression = (one: LinearExpression): void => {
    for (const { of } of one.terms) {
      if (of.kind === 'variable') read.add(of.variable);
      else if (of.kind === 'literal') literal(of.literal);
      else numeric(of.numeric);
    }
  };
  const items = (counted: {
    readonly items: readonly { variable: VariableId; presence: number | null }[];
  }): void => {
    for (const item of counted.items) {
      read.add(item.variable);
      if (item.presence !== null) literal(item.presence);
    }
  };
  const numeric = (id: number): void => {
    if (numerics.has(id)) return;
    numerics.add(id);
    const node = model.numerics[id];
    if (node === undefined) return;
    const parts = numericParts(node);
    if (parts.capacity !== null) items(parts.capacity);
    if (parts.loads !== null && !loadsSeen.has(parts.loads)) {
      loadsSeen.add(parts.loads);
      items(parts.loads);
    }
    parts.literals.forEach(literal);
    parts.expressions.forEach(expression);
  };
  for (const constraint of model.constraints) {
    if (constraint.kind === 'assert') literal(constraint.literal);
    else items(constraint.capacity);
  }
  for (const level of model.objectives) for (const term of level.soft) expression(term.expression);
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const node = model.nodes[id];
    if (node === undefined) continue;
    switch (node.kind) {
      case 'true':
        break;
      case 'member':
      case 'atMost':
        read.add(node.variable);
        break;
      case 'linear':
        expression(node.expression);
        break;
      case 'same':
        read.add(node.left);
        read.add(node.right);
        break;
      case 'or':
        node.literals.forEach(literal);
        break;
    }
  }
  return [...read].sort((a, b) => a - b);
}
