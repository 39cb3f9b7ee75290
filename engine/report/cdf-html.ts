import { assert } from '../base/assert.js';
import type { Budget } from './budget.js';
import { shortNumber } from './chart.js';
import { markup, NOTHING } from './markup.js';
import { numberText } from './number-text.js';
import { cdfPoints, distributionOf, quantileOf } from './quantiles.js';
import type { Rendered } from './rendered.js';
import type { CdfSection } from './report.js';
import { plainColumns, tableHtml } from './table-html.js';

const SHARES = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999] as const;

export function cdfHtml({ title, x, scale, series }: CdfSection, budget: Budget): Rendered {
  const distributions = series.map(({ name, values, counts }) => {
    assert(counts === null || counts.length === values.length, () => `series ${name} has a count per value`);
    return { name, of: distributionOf(values, counts) };
  });
  const columns = plainColumns(
    'series',
    'samples',
    ['least', x.unit],
    ...SHARES.map((share) => [`p${numberText(share * 100)}`, x.unit] as const),
    ['greatest', x.unit],
  );
  const rows = distributions.map(({ name, of }) => [
    name,
    of.count,
    ...[0, ...SHARES, 1].map((share) => quantileOf(of, share)),
  ]);
  const table = tableHtml(`${title}: quantiles per series`, columns, rows, rows.length);
  return {
    body: markup`<div class="chart"></div>
      ${belowZero(distributions)}
      <details class="twin">
        <summary>The quantiles behind it</summary>
        ${table}
      </details>`,
    chart: {
      kind: 'cdf',
      title,
      x,
      scale,
      series: distributions.map(({ name, of }) => {
        const { xs, shares } = cdfPoints(of, budget.cdfPoints);
        return {
          name,
          xs: xs.map((value) => shortNumber(value) ?? 0),
          shares: shares.map((share) => shortNumber(share) ?? 0),
        };
      }),
    },
  };
}

/** What a logarithmic axis cannot show is said in words. */
function belowZero(
  distributions: readonly { readonly name: string; readonly of: ReturnType<typeof distributionOf> }[],
): typeof NOTHING {
  const parts = distributions.flatMap(({ name, of }) => {
    const positive = of.values.findIndex((value) => value > 0);
    const count = positive === -1 ? of.count : positive === 0 ? 0 : (of.upTo[positive - 1] ?? 0);
    return count === 0 ? [] : [`${name} ${((100 * count) / of.count).toFixed(1)}\u00a0%`];
  });
  if (parts.length === 0) return NOTHING;
  return markup`<p class="note">At zero or below, thus left of a logarithmic axis: ${parts.join(', ')}.</p>`;
}
