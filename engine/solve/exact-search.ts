import { UnsafeIntegerError } from '../base/int.js';
import { evaluate } from '../model/evaluate.js';
import type { Assignment, Model, OriginId, Variable, VariableId } from '../model/model.js';
import { propagate } from './propagate.js';

/** What a search through all values came to. */
export type Searched =
  | { readonly kind: 'feasible'; readonly values: Assignment }
  /** `blamed` suffice for it; null where values had to be tried. */
  | { readonly kind: 'infeasible'; readonly blamed: readonly OriginId[] | null }
  /** Its budget ended, or some decision has too many values. */
  | { readonly kind: 'unknown' };

/** Values of one decision that are tried one after the other. */
const MOST_VALUES = 64;

class Search {
  private readonly size: number;

  private blamed: readonly OriginId[] | null = null;

  constructor(
    private readonly model: Model,
    private budget: number,
  ) {
    const values = model.variables.reduce((sum, variable) => sum + (variable.values?.length ?? 1), 0);
    this.size = 1 + values + model.nodes.length + model.constraints.length;
  }

  /** An answer below these domains, null where there is none, undefined where that is not known. */
  private below(variables: readonly Variable[]): Assignment | null | undefined {
    this.budget -= this.size;
    if (this.budget < 0) return undefined;
    const found = propagate({ ...this.model, variables });
    if (found.kind === 'infeasible') {
      // What it blames suffices only with what has narrowed the domains before.
      if (variables === this.model.variables) this.blamed = found.origins;
      return null;
    }
    const branch = narrowest(found.variables);
    if (branch === null) return this.check(found.variables.map(({ lo }) => lo ?? 0));
    const values = valuesOf(found.variables[branch]);
    if (values === null) return undefined;
    for (const value of values) {
      const fixed = found.variables.map((variable, id) =>
        id === branch ? { ...variable, lo: value, hi: value, values: [value] } : variable,
      );
      const answer = this.below(fixed);
      if (answer !== null) return answer;
    }
    return null;
  }

  private check(values: Assignment): Assignment | null {
    return evaluate(this.model, values).violated.length === 0 ? values : null;
  }

  run(): Searched {
    const answer = this.below(this.model.variables);
    if (answer === undefined) return { kind: 'unknown' };
    if (answer !== null) return { kind: 'feasible', values: answer };
    return { kind: 'infeasible', blamed: this.blamed };
  }
}

/** The variable with the fewest values of those that have several; null where none has. */
function narrowest(variables: readonly Variable[]): VariableId | null {
  let best: VariableId | null = null;
  let fewest = Infinity;
  for (const [id, { values, lo, hi }] of variables.entries()) {
    const count = values?.length ?? (lo === null || hi === null ? Infinity : hi - lo + 1);
    if (count === 1 || (best !== null && count >= fewest)) continue;
    best = id;
    fewest = count;
  }
  return best;
}

function valuesOf(variable: Variable | undefined): readonly number[] | null {
  if (variable === undefined) return null;
  const { values, lo, hi } = variable;
  if (values !== null) return values.length <= MOST_VALUES ? values : null;
  if (lo === null || hi === null || hi - lo >= MOST_VALUES) return null;
  return Array.from({ length: hi - lo + 1 }, (_one, i) => lo + i);
}

/**
 * Goes through the values of all variables, narrowed by propagation after each choice: exact
 * whatever it says. For models with few choices; `budget` counts what propagations look at.
 */
export function searchExactly(model: Model, budget: number): Searched {
  try {
    return new Search(model, budget).run();
  } catch (error) {
    if (error instanceof UnsafeIntegerError) return { kind: 'unknown' };
    throw error;
  }
}
