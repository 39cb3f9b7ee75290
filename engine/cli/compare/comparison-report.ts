import { assert } from '../../base/assert.js';
import type { SqlRecord, SqlValue } from '../../base/sql-value.js';
import type { ComparisonChart, Figure } from '../../loop/controller.js';
import type { CdfSeries, LineSeries, Report, Section, TableSection } from '../../report/report.js';
import type { SchedulerRun } from './run-scheduler.js';

export interface ReportInput {
  readonly trace: string;
  readonly controller: string;
  /** What the trace's header says of itself. */
  readonly notes: Readonly<Record<string, unknown>>;
  readonly figures: readonly Figure[];
  readonly charts: readonly ComparisonChart[];
  readonly runs: readonly SchedulerRun[];
}

/** The comparison as a report: the table, the controller's charts, and what the trace says of itself. */
export function comparisonReport({ trace, controller, notes, figures, charts, runs }: ReportInput): Report {
  const [first] = runs;
  return {
    title: `Schedulers of ${controller} on ${trace}`,
    subtitle: `${runs.length} schedulers, each from an empty state through the same events`,
    facts: [
      { label: 'events', value: first?.events ?? 0, unit: null },
      { label: 'schedulers', value: runs.length, unit: null },
    ],
    sections: [
      tableOf(figures, runs),
      ...charts.flatMap((chart, index) => chartSections(chart, index, runs)),
      digests(runs),
      {
        kind: 'prose',
        title: 'The trace',
        note: 'What its header says.',
        paragraphs: Object.entries(notes).map(([name, value]) => `${name}: ${noteText(value)}`),
      },
    ],
  };
}

const noteText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function tableOf(figures: readonly Figure[], runs: readonly SchedulerRun[]): TableSection {
  return {
    kind: 'table',
    title: 'Side by side',
    note: 'The best value of each column is marked.',
    columns: [
      { name: 'scheduler', unit: null, best: null },
      ...figures.map(({ title, unit, best }) => ({ name: title, unit, best })),
    ],
    rows: runs.map(({ scheduler, metrics }) => [
      scheduler,
      ...figures.map(({ metric }) => metrics[metric] ?? null),
    ]),
  };
}

function digests(runs: readonly SchedulerRun[]): TableSection {
  const plain = (name: string, unit: string | null = null): TableSection['columns'][number] => ({
    name,
    unit,
    best: null,
  });
  return {
    kind: 'table',
    title: 'The runs',
    note: 'The same trace, scheduler and seed give the same digest; the time is of this run and machine.',
    columns: [
      plain('scheduler'),
      plain('ticks'),
      plain('refused events'),
      plain('CPU time', 's'),
      plain('digest'),
    ],
    rows: runs.map(({ scheduler, ticks, refusals, cpuMs, digest }) => [
      scheduler,
      ticks,
      refusals,
      Math.round(cpuMs / 100) / 10,
      digest,
    ]),
  };
}

function chartSections(chart: ComparisonChart, index: number, runs: readonly SchedulerRun[]): Section[] {
  const filled = runs.flatMap(({ scheduler, chartRows }) => {
    const rows = chartRows[index] ?? [];
    return rows.length === 0 ? [] : [{ scheduler, rows }];
  });
  if (filled.length === 0) return [];
  if (chart.kind === 'cdf') {
    const series = filled.map(({ scheduler, rows }): CdfSeries => ({
      name: scheduler,
      values: rows.map((row) => numberOf(row['value'])),
      counts: rows.map((row) => numberOf(row['count'])),
    }));
    return [{ kind: 'cdf', title: chart.title, note: chart.note, x: chart.x, scale: 'linear', series }];
  }
  return filled.map(({ scheduler, rows }) => ({
    kind: 'lines',
    title: `${chart.title}: ${scheduler}`,
    note: chart.note,
    x: chart.x,
    y: chart.y,
    xs: rows.map((row) => numberOf(row['x'])),
    series: columnsOf(rows).map((column): LineSeries => ({
      name: column,
      values: rows.map((row) => nullable(row[column])),
      shape: chart.steps.includes(column) ? 'step' : 'area',
    })),
  }));
}

function columnsOf([first = {}]: readonly SqlRecord[]): string[] {
  return Object.keys(first).filter((name) => name !== 'x');
}

const nullable = (value: SqlValue | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);

function numberOf(value: SqlValue | undefined): number {
  const number = nullable(value);
  assert(number !== null, 'a number for a chart');
  return number;
}
