import type { Diagnostic } from '../base/diagnostic.js';
import type { SourceFile } from '../base/source.js';
import { catalogOf } from '../check/schema.js';
import { introspect } from '../store/introspect.js';
import { StoreError } from '../store/store-error.js';
import type { Store } from '../store/store.js';
import type { LoweredPolicy } from '../lower/lower.js';
import type { SoftValue, Violation } from './check-state.js';
import { softValuesNow, violationsNow } from './check-state.js';
import { compilePolicies } from './compile.js';

/** The value of a soft constraint now, unweighted, and how it counts. */
export interface AuditedSoft extends SoftValue {
  /** As written; the objective counts `minimize` terms negative. */
  readonly weight: number;
  readonly priority: number;
}

/** What the soft constraints of one priority are worth together now; null where one of them has no value. */
export interface AuditedObjective {
  readonly priority: number;
  readonly value: number | null;
}

export interface AuditResult {
  readonly violations: readonly Violation[];
  /** Policies with more violations than are listed. */
  readonly cut: readonly string[];
  readonly soft: readonly AuditedSoft[];
  /** Highest priority first; none where no policy is soft. */
  readonly objectives: readonly AuditedObjective[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Violations beyond this are not listed per policy. */
const MOST_ROWS = 1000;

/** Which rows violate which policy now, and what the soft ones are worth; nothing is solved and nothing written. */
export function audit(store: Store, sources: readonly SourceFile[]): AuditResult {
  return store.read(() => {
    const { compiled, diagnostics } = compilePolicies(sources, catalogOf(introspect(store)));
    if (compiled === null) return { violations: [], cut: [], soft: [], objectives: [], diagnostics };
    const { policies } = compiled;
    try {
      const violated = policies.map((policy) => violationsNow(store, [policy], MOST_ROWS + 1));
      const valued = policies.flatMap((policy) => valuesOf(store, policy));
      return {
        violations: violated.flatMap((rows) => rows.slice(0, MOST_ROWS)),
        cut: violated.flatMap((rows) => rows[MOST_ROWS]?.policy.policy.name ?? []),
        soft: valued.map(({ soft }) => soft),
        objectives: objectivesOf(valued),
        diagnostics,
      };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const message = `SQLite refuses a checking query: ${error.message}`;
      return {
        violations: [],
        cut: [],
        soft: [],
        objectives: [],
        diagnostics: [...diagnostics, { code: 'ground/sql', severity: 'error', message }],
      };
    }
  });
}

interface Valued {
  readonly soft: AuditedSoft;
  /** 1 where a larger value is better, else -1. */
  readonly sign: number;
}

function valuesOf(store: Store, policy: LoweredPolicy): Valued[] {
  const { kind, weight, priority } = policy.policy.clause;
  // What a capacity_constraint adds by itself has weight 1 and priority 0.
  const counts = kind === 'check' ? { weight: 1, priority: 0 } : { weight: Number(weight), priority };
  return softValuesNow(store, [policy]).map((value) => ({
    soft: { ...value, ...counts },
    sign: kind === 'minimize' ? -1 : 1,
  }));
}

function objectivesOf(valued: readonly Valued[]): AuditedObjective[] {
  const priorities = [...new Set(valued.map(({ soft }) => soft.priority))].sort((a, b) => b - a);
  return priorities.map((priority) => ({
    priority,
    value: valued
      .filter(({ soft }) => soft.priority === priority)
      .reduce<number | null>(
        (sum, { soft, sign }) =>
          // Adding 0 makes a negative zero plain.
          sum === null || soft.value === null ? null : sum + sign * soft.weight * soft.value + 0,
        0,
      ),
  }));
}
