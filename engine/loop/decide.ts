import type { Diagnostic } from '../base/diagnostic.js';
import { isError } from '../base/diagnostic.js';
import type { GroundOptions, Grounded } from '../ground/ground.js';
import { ground } from '../ground/ground.js';
import type { Reader } from '../ground/reader.js';
import type { Model } from '../model/model.js';
import { finiteDomains } from '../solve/finite-domains.js';
import { withLinearBounds } from '../solve/linear-bounds.js';
import type { LevelResult, SolveLimits, SolveReport } from '../solve/solver.js';
import type { Store } from '../store/store.js';
import type { CompiledPolicies } from './compile.js';
import { unboundedDecisions } from './unbounded.js';

/** The solver layer as the loop sees it. */
export type Solve = (model: Model, limits: SolveLimits) => Promise<SolveReport>;

/** A grounding and the state it was read from. */
export interface Prepared {
  readonly grounded: Grounded;
  readonly stateVersion: number;
  readonly dataVersion: number;
}

export interface PrepareOptions extends GroundOptions {
  /** What reads the store's rows; the store itself unless said. */
  readonly reader?: TickReader;
}

/** A reader that is told when another state begins. */
export interface TickReader extends Reader {
  /** Comes first in the read transaction. */
  begin(): void;
}

/** Grounds inside one read transaction, so that every query sees the same state. */
export function prepare(
  store: Store,
  compiled: CompiledPolicies,
  { reader, ...options }: PrepareOptions = {},
): Prepared {
  return store.read(() => {
    reader?.begin();
    return {
      grounded: ground(compiled, reader ?? store, { finiteDomains, ...options }),
      stateVersion: store.stateVersion(),
      dataVersion: store.dataVersion(),
    };
  });
}

/** The same grounding with the bounds that its linear constraints give together. */
export async function withBounds(prepared: Prepared, solve: Solve, limits: SolveLimits): Promise<Prepared> {
  const { grounded } = prepared;
  const model = await withLinearBounds(grounded.model, (asked) => solve(asked, limits));
  return model === grounded.model ? prepared : { ...prepared, grounded: { ...grounded, model } };
}

/** True where nobody has written since; to be asked inside the write transaction. */
export function isCurrent(store: Store, prepared: Prepared): boolean {
  return store.stateVersion() === prepared.stateVersion && store.dataVersion() === prepared.dataVersion;
}

/** Why a grounding cannot be solved; empty when it can. */
export function groundErrors(grounded: Grounded, compiled: CompiledPolicies): Diagnostic[] {
  const errors = grounded.diagnostics.filter(isError);
  return errors.length > 0 ? errors : unboundedDecisions(grounded, compiled);
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
