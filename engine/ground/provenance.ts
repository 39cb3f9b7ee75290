import type { SqlRecord } from '../base/sql-value.js';
import type { LoweredPolicy } from '../lower/lower.js';
import type { OriginId } from '../model/model.js';
import type { Environment } from './environment.js';

/** The policy and the rows that a model constraint came from. */
export interface Origin {
  readonly policy: LoweredPolicy['policy'];
  /** True for what the schema demands: a table check, a unique key. */
  readonly implied: boolean;
  /** Identity of the base rows, `table.column` -> value; keys of a group where there is one. */
  readonly row: SqlRecord;
  /** For a capacity: what its keys are called in the policy, and whether they are texts. */
  readonly keys?: { readonly name: string; readonly text: boolean };
}

/** Collects origins while grounding; reconstructing them after solving is impossible. */
export class Origins {
  readonly list: Origin[] = [];

  add(origin: Origin): OriginId {
    this.list.push(origin);
    return this.list.length - 1;
  }
}

/** Identity of every base row that an environment binds. */
export function rowOf(environment: Environment): SqlRecord {
  const row: Record<string, SqlRecord[string]> = {};
  environment.plan.components.forEach((component, i) => {
    const binding = environment.bindings[i];
    if (component.kind !== 'query' || binding?.kind !== 'row') return;
    for (const table of component.tables) {
      table.relation.identity.forEach((column, at) => {
        const slot = table.identity[at];
        const name = table.name === '' ? table.relation.name : table.name;
        if (slot !== undefined) row[`${name}.${column}`] = binding.row[slot] ?? null;
      });
    }
  });
  return row;
}
