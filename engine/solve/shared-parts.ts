import type { VariableId } from '../model/model.js';
import type { Cause } from './cause.js';
import type { PresolveState } from './presolve-state.js';

/** What lists become without other lists, so that variables with one list still share one afterwards. */
export class SharedParts {
  private readonly parts = new Map<readonly number[], Map<readonly number[], readonly number[]>>();

  /** Takes `removed` (ascending; the same object for the same values) from a domain. */
  remove(state: PresolveState, variable: VariableId, removed: readonly number[], cause: () => Cause): void {
    const list = state.domainOf(variable).values;
    if (list === null) {
      state.narrow(variable, (domain) => domain.removeList(removed), cause);
      return;
    }
    let byRemoved = this.parts.get(list);
    if (byRemoved === undefined) {
      byRemoved = new Map();
      this.parts.set(list, byRemoved);
    }
    let part = byRemoved.get(removed);
    if (part === undefined) {
      part = without(list, removed);
      byRemoved.set(removed, part);
    }
    const left = part;
    state.narrow(variable, (domain) => domain.takePart(left), cause);
  }
}

/** Both ascend. */
function without(list: readonly number[], removed: readonly number[]): readonly number[] {
  const left: number[] = [];
  let at = 0;
  for (const value of list) {
    while ((removed[at] ?? Infinity) < value) at += 1;
    if (removed[at] !== value) left.push(value);
  }
  return left;
}
