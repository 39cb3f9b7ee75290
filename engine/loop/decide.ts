import type { Diagnostic } from '../base/diagnostic.js';
import { isError } from '../base/diagnostic.js';
import type { GroundOptions, Grounded } from '../ground/ground.js';
import { ground } from '../ground/ground.js';
import { rowText } from '../ground/ground-error.js';
import type { Model } from '../model/model.js';
import { readVariables } from '../model/read-variables.js';
import { propagate } from '../solve/propagate.js';
import type { LevelResult, SolveLimits, SolveReport } from '../solve/solver.js';
import type { Store } from '../store/store.js';
import type { CompiledPolicies } from './compile.js';

/** The solver layer as the loop sees it. */
export type Solve = (model: Model, limits: SolveLimits) => Promise<SolveReport>;

/** A grounding and the state it was read from. */
export interface Prepared {
  readonly grounded: Grounded;
  readonly stateVersion: number;
  readonly dataVersion: number;
}

/** Grounds inside one read transaction, so that every query sees the same state. */
export function prepare(store: Store, compiled: CompiledPolicies, options: GroundOptions = {}): Prepared {
  return store.read(() => ({
    grounded: ground(compiled, store, options),
    stateVersion: store.stateVersion(),
    dataVersion: store.dataVersion(),
  }));
}

/** True where nobody has written since; to be asked inside the write transaction. */
export function isCurrent(store: Store, prepared: Prepared): boolean {
  return store.stateVersion() === prepared.stateVersion && store.dataVersion() === prepared.dataVersion;
}

/** Why a grounding cannot be solved; empty when it can. */
export function groundErrors(grounded: Grounded): Diagnostic[] {
  const errors = grounded.diagnostics.filter(isError);
  return errors.length > 0 ? errors : unboundedDecisions(grounded);
}

/** Soft terms with their exact values, in the order of the levels. */
export interface SoftResult {
  readonly name: string;
  /** Unweighted. */
  readonly value: number;
  /** As written; the objective counts `minimize` terms negative. */
  readonly weight: number;
  readonly priority: number;
}

export function softResults(model: Model, soft: readonly (readonly number[])[]): SoftResult[] {
  return model.objectives.flatMap((level, i) =>
    level.soft.map((term, at) => ({
      name: term.name,
      value: soft[i]?.[at] ?? 0,
      weight: Math.abs(term.weight),
      priority: level.priority,
    })),
  );
}

/** A model without soft term still has an objective: 0, and proved. */
export function levelsOrZero(levels: readonly LevelResult[]): readonly LevelResult[] {
  return levels.length > 0 ? levels : [{ priority: 0, value: 0, bound: 0, gap: 0 }];
}

/** Decisions that no schema, policy or bound gives a finite domain: they ask for one. */
export function unboundedDecisions(grounded: Grounded): Diagnostic[] {
  const { model, cells, origins } = grounded;
  const open = cells.filter(({ variable }) => model.variables[variable]?.values === null);
  if (open.length === 0) return [];
  const found = propagate(model);
  if (found.kind === 'infeasible') return [];
  const read = new Set(readVariables(model));
  const refused = new Set(found.unbounded);
  const seen = new Set<string>();
  return open.flatMap((cell): Diagnostic[] => {
    const domain = found.variables[cell.variable];
    const isOpen = domain?.values === null && (domain.lo === null || domain.hi === null);
    if (!isOpen || (read.has(cell.variable) && !refused.has(cell.variable))) return [];
    const name = `${cell.relation.name}.${cell.column}`;
    if (seen.has(name)) return [];
    seen.add(name);
    const reader = origins.find((origin) => !origin.implied);
    return [
      {
        code: 'ground/unbounded-decision',
        severity: 'error',
        message: `the decision \`${name}\` has no finite domain in the row ${rowText(cell.key)}`,
        span: reader?.policy.statement.name.span,
        help: 'give it bounds with a `check`, a foreign key or `in (select ...)`',
      },
    ];
  });
}
