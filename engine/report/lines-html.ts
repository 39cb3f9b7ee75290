import { assert } from '../base/assert.js';
import type { Budget } from './budget.js';
import { shortNumber } from './chart.js';
import { markup, NOTHING } from './markup.js';
import { numberText } from './number-text.js';
import { distributionOf, quantileOf } from './quantiles.js';
import type { Rendered } from './rendered.js';
import type { Cell, LineSeries, LinesSection, Quantity } from './report.js';
import { foldedTable, plainColumns, tableHtml } from './table-html.js';
import { thinLines } from './thin-lines.js';

/** Rows of the table of samples: enough to follow the course of it. */
const SAMPLE_ROWS = 60;

export function linesHtml(section: LinesSection, budget: Budget): Rendered {
  const { title, x, y, xs, series } = section;
  for (const { name, values } of series) {
    assert(values.length === xs.length, () => `series ${name} of ${title} has as many values as xs`);
  }
  const kept = thinLines(section, budget.points);
  const body = markup`<div class="chart"></div>
    ${
      kept.length < xs.length
        ? markup`<p class="note">
            Drawn: ${numberText(kept.length)} of ${numberText(xs.length)} samples, among them every peak and
            trough.
          </p>`
        : NOTHING
    }${foldedTable('The numbers behind it', markup`${statistics(section)}${samples(section)}`)}`;
  return {
    body,
    chart: {
      kind: 'lines',
      title,
      x,
      y,
      xs: kept.map((index) => shortX(xs[index] ?? 0)),
      series: series.map(({ name, shape, values }) => ({
        name,
        shape,
        ys: kept.map((index) => shortNumber(values[index] ?? null)),
      })),
    },
  };
}

/** Nine digits keep neighbouring instants of a long trace apart. */
function shortX(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(9));
}

function withUnit({ name, unit }: Quantity): string {
  return unit === null ? name : `${name} in ${unit}`;
}

function statistics({ title, y, series }: LinesSection): ReturnType<typeof tableHtml> {
  const columns = plainColumns('series', 'samples', ...STATISTICS.map(([name]) => [name, y.unit] as const));
  const rows = series.map(({ name, values }): Cell[] => {
    const numbers = presentOf(values);
    const distribution = distributionOf(numbers, null);
    return [name, numbers.length, ...STATISTICS.map(([, of]) => of(numbers, distribution))];
  });
  return tableHtml(`${title}: ${withUnit(y)} per series`, columns, rows, rows.length);
}

const STATISTICS: readonly (readonly [
  string,
  (numbers: readonly number[], distribution: ReturnType<typeof distributionOf>) => number | null,
])[] = [
  ['least', (_, distribution) => quantileOf(distribution, 0)],
  ['median', (_, distribution) => quantileOf(distribution, 0.5)],
  ['mean', (numbers) => (numbers.length === 0 ? null : sumOf(numbers) / numbers.length)],
  ['p99', (_, distribution) => quantileOf(distribution, 0.99)],
  ['greatest', (_, distribution) => quantileOf(distribution, 1)],
];

function presentOf(values: LineSeries['values']): number[] {
  return Array.from(values).filter((value): value is number => value !== null && Number.isFinite(value));
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0);
}

function samples({ title, x, y, xs, series }: LinesSection): ReturnType<typeof tableHtml> {
  const step = Math.max(1, Math.ceil(xs.length / SAMPLE_ROWS));
  const rows: Cell[][] = [];
  for (let index = 0; index < xs.length; index += step) {
    rows.push([xs[index] ?? null, ...series.map(({ values }) => values[index] ?? null)]);
  }
  const columns = plainColumns([x.name, x.unit], ...series.map(({ name }) => [name, y.unit] as const));
  const which = step === 1 ? 'every sample' : `one sample of ${step}`;
  return markup`<p class="note">Below: ${which}.</p>
    ${tableHtml(`${title}: ${which}`, columns, rows, rows.length)}`;
}
