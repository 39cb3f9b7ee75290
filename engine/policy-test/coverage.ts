import { resolve } from 'node:path';
import { byText } from '../base/order.js';
import type { SourceFile, Span } from '../base/source.js';
import type { PolicyStatement } from '../lang/ast.js';
import { parsePolicies } from '../lang/parser.js';
import type { CompiledDatabase } from '../loop/compile-database.js';
import type { CompiledPolicies } from '../loop/compile.js';
import type { Prepared, Solve } from '../loop/decide.js';
import { groundErrors, prepare } from '../loop/decide.js';
import type { SolveResult } from '../loop/solve-database.js';
import type { SolveLimits } from '../solve/solver.js';
import { shownPath } from '../store/files.js';
import type { Store } from '../store/store.js';
import { isHardBinding, passesRows } from './hard-coverage.js';
import type { SolveObserver } from './run-tests.js';
import { softCoverage } from './soft-coverage.js';
import type { PolicyTest } from './test-file.js';

/** What the tests have shown of one constraint. */
export interface ConstraintCoverage {
  readonly name: string;
  /** The constraint's name in its policy file. */
  readonly span: Span;
  readonly kind: 'hard' | 'soft';
  /** Name of the first test that saw it bind, as a place; null where none did. */
  readonly binding: Span | null;
  /** The same for slack. */
  readonly slack: Span | null;
}

interface Entry extends ConstraintCoverage {
  binding: Span | null;
  slack: Span | null;
}

/**
 * Watches the solves of tests for what they show of each constraint.
 *
 * - A hard constraint **binds** in a solve whose core names it, or where some assignment that all other hard
 *   constraints and the schema allow violates it. It is **slack** in a solve with an answer that holds at least
 *   one row it is about.
 * - A soft constraint **binds** where its value in the answer is not the best that the hard constraints allow, or
 *   where an answer as good for all the others could be worse for it. It is **slack** where its value is the best.
 */
export class CoverageRecorder implements SolveObserver {
  private readonly entries = new Map<string, Entry>();
  private state: { compiled: CompiledPolicies; prepared: Prepared } | null = null;

  constructor(
    private readonly solve: Solve,
    private readonly limits: SolveLimits,
  ) {}

  /** Counts the constraints of policy files, also where no test uses them. */
  declare(sources: readonly SourceFile[]): void {
    for (const { name, text } of sources) {
      const source = { name: shownPath(resolve(name)), text };
      for (const one of parsePolicies(source).statements) this.entryOf(one);
    }
  }

  before(store: Store, { compiled }: CompiledDatabase): void {
    this.state = null;
    if (compiled === null || this.isCovered(compiled)) return;
    const prepared = prepare(store, compiled, { narrow: false });
    if (groundErrors(prepared.grounded, compiled).length === 0) this.state = { compiled, prepared };
  }

  async after(store: Store, result: SolveResult, test: PolicyTest): Promise<void> {
    const { state, solve, limits } = this;
    if (state === null) return;
    const { grounded } = state.prepared;
    for (const { policy } of state.compiled.policies) {
      const entry = this.entryOf(policy.statement);
      if (entry === null || (entry.binding !== null && entry.slack !== null)) continue;
      if (entry.kind === 'hard') {
        entry.slack ??= passesRows(store, policy, result) ? test.name.span : null;
        const binds =
          entry.binding === null && (await isHardBinding(grounded, policy.name, result, solve, limits));
        if (binds) entry.binding = test.name.span;
      } else {
        const seen = await softCoverage(grounded.model, policy.name, result, solve, limits);
        if (seen.binding) entry.binding ??= test.name.span;
        if (seen.slack) entry.slack ??= test.name.span;
      }
    }
  }

  /** Nothing is left to be shown, so that a second grounding would tell nothing. */
  private isCovered({ policies }: CompiledPolicies): boolean {
    return policies.every(({ policy }) => {
      const entry = this.entryOf(policy.statement);
      return entry === null || (entry.binding !== null && entry.slack !== null);
    });
  }

  /** By file and place. */
  get constraints(): readonly ConstraintCoverage[] {
    return [...this.entries.values()].sort(
      (a, b) => byText(a.span.source.name, b.span.source.name) || a.span.start - b.span.start,
    );
  }

  /** Null for a view. */
  private entryOf({ name, clause }: PolicyStatement): Entry | null {
    if (clause === null) return null;
    const key = `${resolve(name.span.source.name)}\0${name.text}`;
    const known = this.entries.get(key);
    if (known !== undefined) return known;
    const kind = clause.kind === 'check' ? 'hard' : 'soft';
    const entry: Entry = { name: name.text, span: name.span, kind, binding: null, slack: null };
    this.entries.set(key, entry);
    return entry;
  }
}

/** Half a constraint is covered by each of binding and slack. */
export interface CoverageTotal {
  readonly covered: number;
  readonly total: number;
  /** To one decimal, rounded down; 100 without constraints. */
  readonly percent: number;
}

export function coverageTotal(constraints: readonly ConstraintCoverage[]): CoverageTotal {
  const covered = constraints
    .flatMap(({ binding, slack }) => [binding, slack])
    .filter((seen) => seen !== null).length;
  const total = constraints.length * 2;
  return { covered, total, percent: total === 0 ? 100 : Math.floor((covered / total) * 1000) / 10 };
}

/** What no test has shown of a constraint, in words. */
export function missingOf({ kind, binding, slack }: ConstraintCoverage): string[] {
  const words =
    kind === 'hard'
      ? { binding: 'never seen refusing anything', slack: 'never seen letting anything pass' }
      : { binding: 'never seen changing an answer or giving way', slack: 'never seen fully satisfied' };
  return [...(binding === null ? [words.binding] : []), ...(slack === null ? [words.slack] : [])];
}
