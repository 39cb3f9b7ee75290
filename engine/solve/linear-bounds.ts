import { must } from '../base/assert.js';
import type { Constraint, LinearExpression, Model, NodeId, Variable, VariableId } from '../model/model.js';
import { positive } from '../model/model.js';
import { reachableNodes } from '../model/order.js';
import { propagate } from './propagate.js';
import type { SolveReport } from './solver.js';

/** Only this many variables are asked about; each costs two solves. */
const MOST_ASKED = 20;

const isPlain = ({ terms }: LinearExpression): boolean => terms.every(({ of }) => of.kind === 'variable');

/** What is certain of single variables and of sums of them, as constraints of their own. */
function linearConstraints(model: Model, truths: Int8Array): Constraint[] {
  return reachableNodes(model).flatMap((id: NodeId): Constraint[] => {
    const truth = truths[id] ?? -1;
    const node = must(model.nodes[id], 'node');
    if (truth < 0 || node.kind !== 'linear' || !isPlain(node.expression)) return [];
    // Outside of an interval is no row.
    if (truth === 0 && node.lo !== null && node.hi !== null) return [];
    return [{ kind: 'assert', literal: positive(id) + (1 - truth), origin: 0 }];
  });
}

/**
 * The model with bounds for decisions that interval propagation leaves open and the linear constraints taken
 * together do not. The same object where there is nothing to gain. `solve` is asked for the extremes of each.
 */
export async function withLinearBounds(
  model: Model,
  solve: (model: Model) => Promise<SolveReport>,
): Promise<Model> {
  if (model.variables.every(({ values, lo, hi }) => values !== null || (lo !== null && hi !== null)))
    return model;
  const found = propagate(model);
  if (found.kind === 'infeasible' || found.unbounded.length === 0) return model;
  const rows = linearConstraints(model, found.truths);
  if (rows.length === 0) return model;
  const extreme = async (variable: VariableId, sign: 1 | -1): Promise<number | null> => {
    const expression: LinearExpression = {
      constant: 0,
      terms: [{ of: { kind: 'variable', variable }, coefficient: sign }],
    };
    const soft = [{ name: 'extreme', weight: 1, expression }];
    const asked: Model = {
      ...model,
      variables: found.variables,
      constraints: rows,
      objectives: [{ priority: 0, soft }],
    };
    const { outcome } = await solve(asked);
    if (outcome.status !== 'optimal' && outcome.status !== 'feasible') return null;
    const bound = outcome.levels[0]?.bound ?? null;
    return bound === null || !Number.isSafeInteger(Math.floor(bound)) ? null : Math.floor(bound) * sign;
  };
  const variables: Variable[] = [...model.variables];
  for (const id of found.unbounded.slice(0, MOST_ASKED)) {
    const variable = must(found.variables[id], 'variable');
    const lo = variable.lo ?? (await extreme(id, -1));
    const hi = variable.hi ?? (await extreme(id, 1));
    variables[id] = { ...must(model.variables[id], 'variable'), lo, hi };
  }
  return { ...model, variables };
}
