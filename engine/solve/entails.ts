import type { Capacity, Constraint, LinearExpression, Literal, Model, Variable } from '../model/model.js';
import { negate } from '../model/model.js';
import type { Range } from './range.js';
import type { Knowledge } from './bounds.js';
import { Bounds, truthOfLiteral } from './bounds.js';
import { LoadBounds } from './load-bounds.js';
import { propagate } from './propagate.js';

/** What some constraints of a model say by propagation. */
export interface Entailment {
  /** True only where every solution of the constraints satisfies the other one. */
  holds(constraint: Constraint): boolean;
  /** Ends of an expression over all solutions of the constraints; they may be wider than the true ones. */
  range(expression: LinearExpression): Range;
}

/**
 * What `constraints` entail about `probes` and `expressions` of the same model, or null where they contradict each other.
 * Sound, not complete: one propagation, whose cost is that of what the constraints and the probes reach.
 */
export function entailmentOf(
  model: Model,
  constraints: readonly Constraint[],
  probes: readonly Constraint[],
  expressions: readonly LinearExpression[] = [],
): Entailment | null {
  const asked = probes.flatMap(literalsOf);
  const terms = [...new Set(asked.map((literal) => literal & ~1))].map((literal) => ({
    of: { kind: 'literal' as const, literal },
    coefficient: 1,
  }));
  // An objective says nothing about domains; it has the nodes below it looked at.
  const probe: LinearExpression = { constant: 0, terms };
  const soft = [probe, ...expressions].map((expression, i) => ({
    name: `probe ${i}`,
    weight: 1,
    expression,
  }));
  const found = propagate({ ...model, constraints, objectives: [{ priority: 0, soft }] });
  if (found.kind === 'infeasible') return null;
  const { variables, truths } = found;
  const loads = new LoadBounds({
    domainOf: (id) => ({ values: variables[id]?.values ?? null, ...rangeOf(variables[id]) }),
    truthOfLiteral: (literal) => truthOfLiteral(knowledge, literal),
  });
  const knowledge: Knowledge = {
    rangeOf: (id: number): Range => rangeOf(variables[id]),
    truthOf: (node: number): number => (node === 0 ? 1 : (truths[node] ?? -1)),
    loadRange: (counted, key) => loads.range(counted, key),
  };
  return {
    holds: (constraint) =>
      constraint.kind === 'assert'
        ? truthOfLiteral(knowledge, constraint.literal) === 1
        : fits(constraint.capacity, variables, (literal) => truthOfLiteral(knowledge, literal)),
    range: (expression) => new Bounds(model, knowledge).expression(expression),
  };
}

function literalsOf(constraint: Constraint): Literal[] {
  if (constraint.kind === 'assert') return [constraint.literal];
  return constraint.capacity.items.flatMap(({ presence }) => (presence === null ? [] : [negate(presence)]));
}

function rangeOf(variable: Variable | undefined): Range {
  return { lo: variable?.lo ?? -Infinity, hi: variable?.hi ?? Infinity };
}

/** True where no key can be overrun even if every item that may choose it does. */
function fits(
  { items, keys }: Capacity,
  variables: readonly Variable[],
  truth: (literal: Literal) => number,
): boolean {
  const load = new Map(keys.map(({ key }) => [key, 0]));
  let total = 0;
  for (const { variable, demand, presence } of items) {
    if (presence !== null && truth(presence) === 0) continue;
    total += demand;
    const { values } = variables[variable] ?? {};
    for (const key of values ?? load.keys()) {
      const known = load.get(key);
      if (known !== undefined) load.set(key, known + demand);
    }
  }
  return keys.every(({ key, capacity }) => capacity >= total || (load.get(key) ?? 0) <= capacity);
}
