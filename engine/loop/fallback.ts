import type { SqlRecord } from '../base/sql-value.js';
import type { Grounded } from '../ground/ground.js';
import { truthOf } from '../model/builder.js';
import { sumOf } from '../model/builder.js';
import type { Assignment, BooleanNode, Constraint, Literal, Model } from '../model/model.js';
import { isNegated, negate, nodeOf, positive } from '../model/model.js';
import { traceOf } from '../model/evaluate.js';
import type { SolveLimits, SolveReport } from '../solve/solver.js';
import type { Solve } from './decide.js';

/** Which rows of a batch can be served together, and the answer for them. */
export interface Admission {
  readonly admitted: readonly SqlRecord[];
  readonly leftOut: readonly SqlRecord[];
  /** The solve over the admitted rows. */
  readonly report: SolveReport;
}

/** Solves spent on preferring older rows; beyond it the rows of the largest set found are taken as they are. */
const PREFERENCE_SOLVES = 64;

const ADDED = -1;

/**
 * Best effort: as many rows of the batch as possible; of sets equally large, the one that serves the oldest rows
 * (the first difference between two sets decides). `grounded` has the batch as optional rows, oldest first.
 * Returns null where not even the empty batch satisfies the policies.
 */
export async function admit(
  grounded: Grounded,
  solve: Solve,
  limits: SolveLimits,
): Promise<Admission | null> {
  const { model, presence } = grounded;
  const count = sumOf(presence.map(({ literal }) => ({ expression: truthOf(literal), factor: 1 })));
  const counting: Model = {
    ...model,
    objectives: [{ priority: 0, soft: [{ name: 'admitted', weight: 1, expression: count }] }],
  };
  const first = await solve(counting, limits);
  if (first.outcome.status !== 'optimal' && first.outcome.status !== 'feasible') return null;
  let values = first.outcome.values;
  const size = presence.filter(({ literal }) => holds(model, values, literal)).length;
  const fixed: Literal[] = [];
  // A set that is not proved the largest is taken as it is: each question about another would cost as much again.
  let spent = first.outcome.status === 'optimal' ? 0 : PREFERENCE_SOLVES;
  for (const { literal } of presence) {
    if (holds(model, values, literal)) {
      fixed.push(literal);
      continue;
    }
    const better =
      spent < PREFERENCE_SOLVES
        ? await solve(atLeast(withFixed(model, [...fixed, literal]), count, size), limits)
        : null;
    spent += 1;
    if (better?.outcome.status === 'optimal' || better?.outcome.status === 'feasible') {
      values = better.outcome.values;
      fixed.push(literal);
    } else fixed.push(negate(literal));
  }
  const report = await solve(withFixed(model, fixed, true), limits);
  return {
    admitted: presence.flatMap(({ key }, i) => (isNegated(fixed[i] ?? 0) ? [] : [key])),
    leftOut: presence.flatMap(({ key }, i) => (isNegated(fixed[i] ?? 0) ? [key] : [])),
    report,
  };
}

function holds(model: Model, values: Assignment, literal: Literal): boolean {
  return (traceOf(model, values).truths[nodeOf(literal)] === 1) !== isNegated(literal);
}

function withFixed(model: Model, literals: readonly Literal[], keepObjectives = false): Model {
  const added = literals.map((literal): Constraint => ({ kind: 'assert', literal, origin: ADDED }));
  return {
    ...model,
    constraints: [...model.constraints, ...added],
    objectives: keepObjectives ? model.objectives : [],
  };
}

function atLeast(model: Model, count: ReturnType<typeof sumOf>, size: number): Model {
  const node: BooleanNode = {
    kind: 'linear',
    expression: { constant: 0, terms: count.terms },
    lo: size - count.constant,
    hi: null,
  };
  const nodes = [...model.nodes, node];
  const constraint: Constraint = { kind: 'assert', literal: positive(nodes.length - 1), origin: ADDED };
  return { ...model, nodes, constraints: [...model.constraints, constraint] };
}
