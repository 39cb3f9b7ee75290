import type { Clock } from '../../base/clock.js';
import type { Diagnostic } from '../../base/diagnostic.js';
import type { SourceFile } from '../../base/source.js';
import type { Catalog, Relation } from '../../catalog/catalog.js';
import { quoteName } from '../../check/fragment.js';
import { compileDatabase } from '../../loop/compile-database.js';
import type { Solve } from '../../loop/decide.js';
import type { SolveResult } from '../../loop/solve-database.js';
import { solveCompiled } from '../../loop/solve-database.js';
import type { Model } from '../../model/model.js';
import { pruneDominated } from '../../solve/dominance.js';
import { propagate } from '../../solve/propagate.js';
import { reduceModel } from '../../solve/reduce.js';
import type { SolveLimits } from '../../solve/solver.js';
import type { Snapshot } from '../../store/snapshot.js';
import { openSnapshot } from '../../store/snapshot.js';
import { resize } from './resize.js';

export const STAGES = ['ground', 'presolve', 'solve', 'verify', 'total'] as const;
export type Stage = (typeof STAGES)[number];

/** Figures of one size: medians of the runs. */
export interface Measured {
  readonly size: number;
  /** Rows of the tables that were to be multiplied, those that are as they were included. */
  readonly rows: number;
  readonly decisions: number;
  readonly constraints: number;
  readonly status: SolveResult['status'];
  readonly objective: number | null;
  /** The largest of the levels; null where there is no answer or no bound. */
  readonly gap: number | null;
  readonly backend: string | null;
  readonly ms: Readonly<Record<Stage, number>>;
  /** Most memory that the process has had so far, in MB. */
  readonly peakMb: number;
  readonly multiplied: readonly string[];
  readonly kept: readonly { readonly table: string; readonly reason: string }[];
  /** Of the last run. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface Measurement {
  readonly snapshot: Snapshot;
  readonly catalog: Catalog;
  readonly chosen: readonly Relation[];
  readonly named: boolean;
  readonly sources: readonly SourceFile[];
  readonly limits: SolveLimits;
  readonly runs: number;
  readonly clock: Clock;
  readonly solve: Solve;
  /** Called before each run. */
  readonly note: (run: number) => void;
}

/** Solves a copy of the database of some size again and again, and takes each answer back. */
export async function measureSize(size: number, measurement: Measurement): Promise<Measured> {
  const { snapshot, catalog, chosen, named, sources, limits, runs, clock, note } = measurement;
  const store = openSnapshot(snapshot);
  try {
    const { multiplied, kept } = resize(store, catalog, chosen, named, size);
    const rows = chosen.reduce(
      (sum, { name }) => sum + Number(store.rows(`select count(*) from ${quoteName(name)}`)[0]?.[0] ?? 0),
      0,
    );
    const compiled = compileDatabase(store, sources, { clock });
    const asked: { model: Model | null } = { model: null };
    // The last model asked for is the whole one; smaller ones before it look for bounds.
    const solve: Solve = (model, left) => {
      asked.model = model;
      return measurement.solve(model, left);
    };
    const times: Record<Stage, number>[] = [];
    let result: SolveResult | null = null;
    for (let run = 1; run <= runs; run += 1) {
      note(run);
      const options = { limits, dryRun: true, clock, solve, coreMs: 0 };
      const started = clock.nowMs();
      result = await solveCompiled(store, compiled, options);
      const total = clock.nowMs() - started;
      const presolve = asked.model === null ? 0 : presolveMs(asked.model, clock);
      const { ground, solve: whole, verify } = result.ms;
      times.push({ ground, presolve, solve: Math.max(0, whole - presolve), verify, total });
      if (result.status === null) break;
    }
    const last = result;
    const gaps = last?.levels.map(({ gap }) => gap) ?? [];
    const isKnown = (one: number | null): one is number => one !== null;
    return {
      size,
      rows,
      decisions: last?.variables ?? 0,
      constraints: last?.constraints ?? 0,
      status: last?.status ?? null,
      objective: last?.levels.length === 1 ? (last.levels[0]?.value ?? null) : null,
      gap: gaps.length > 0 && gaps.every(isKnown) ? Math.max(...gaps.filter(isKnown)) : null,
      backend: last?.backend ?? null,
      ms: medians(times),
      peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
      multiplied: multiplied.map(({ name }) => name),
      kept,
      diagnostics: last?.diagnostics ?? compiled.diagnostics,
    };
  } finally {
    store.close();
  }
}

/** Propagation and pruning by themselves, as the solver layer does them before it asks a backend. */
function presolveMs(model: Model, clock: Clock): number {
  const started = clock.nowMs();
  const found = propagate(model);
  if (found.kind !== 'infeasible') pruneDominated(reduceModel(model, found));
  return clock.nowMs() - started;
}

function medians(times: readonly Record<Stage, number>[]): Record<Stage, number> {
  const of = (stage: Stage): number => median(times.map((one) => one[stage]));
  return {
    ground: of('ground'),
    presolve: of('presolve'),
    solve: of('solve'),
    verify: of('verify'),
    total: of('total'),
  };
}

/** The middle one, of an even number the lower of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
