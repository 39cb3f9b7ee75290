import type { SqlValue } from '../base/sql-value.js';
import type { SelectPlan } from '../lower/plan.js';
import type { VariableId } from '../model/model.js';
import type { Symbol } from './symbol.js';

/** Rows of one component as read, shared by all who read them with the same parameters. */
export type ComponentRows = readonly (readonly SqlValue[])[];

/** How a component is bound in one row of a select. */
export type Binding =
  | { readonly kind: 'row'; readonly row: readonly SqlValue[] }
  | { readonly kind: 'derived'; readonly cells: readonly Symbol[] }
  /** The row whose key a decision chooses: every column is a function of the decision. */
  | {
      readonly kind: 'chosen';
      readonly variable: VariableId;
      readonly columns: ChosenColumns;
    };

/** Columns of a component as maps from the value that chooses a row; one map object per column. */
export interface ChosenColumns {
  column(slot: number): ReadonlyMap<number, SqlValue>;
}

/** One row of a select while it is being made, within the rows of the selects around it. */
export interface Environment {
  readonly plan: SelectPlan;
  /** By component; null before it is bound, and for components that a group does not fix. */
  readonly bindings: readonly (Binding | null)[];
  readonly parent: Environment | null;
}

export function outwards(environment: Environment, depth: number): Environment {
  let at = environment;
  for (let i = 0; i < depth; i += 1) {
    if (at.parent === null) throw new RangeError(`no select ${depth} levels out`);
    at = at.parent;
  }
  return at;
}
