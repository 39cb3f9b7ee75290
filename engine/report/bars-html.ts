import { assert } from '../base/assert.js';
import { Html, markup, NOTHING } from './markup.js';
import { numberText } from './number-text.js';
import type { Rendered } from './rendered.js';
import type { BarsSection, Cell } from './report.js';
import { svgElement } from './svg.js';
import { foldedTable, plainColumns, tableHtml } from './table-html.js';

/** Percent of the width that the longest bar takes; the rest is for its number. */
const LONGEST = 70;

/** Bars lie in a table-like list, drawn without scripts: the number stands at the end of its bar. */
export function barsHtml({ title, value, group, groups, series }: BarsSection): Rendered {
  for (const { name, values } of series) {
    assert(values.length === groups.length, () => `bars ${name} of ${title} have a value per group`);
  }
  const most = Math.max(0, ...series.flatMap(({ values }) => values.map((one) => one ?? 0)));
  const blocks = groups.map(
    (name, index) =>
      markup`<div class="bar-group">
        <div class="bar-name">${name}</div>
        <div class="bars">
          ${series.map(({ values }, which) => bar(values[index] ?? null, most, which, value.unit))}
        </div>
      </div> `,
  );
  const legend =
    series.length < 2
      ? NOTHING
      : markup`<p class="legend">
          ${series.map(
            ({ name }, which) => markup`<span class="key"><i class="swatch s${which % 8}"></i>${name}</span>`,
          )}
        </p>`;
  const columns = plainColumns(group, ...series.map(({ name }) => [name, value.unit] as const));
  const rows = groups.map((name, index): Cell[] => [
    name,
    ...series.map(({ values }) => values[index] ?? null),
  ]);
  return {
    body: markup`${legend}
      <div class="bar-chart" role="img" aria-label="${title}: bars of the numbers in the table below">
        ${blocks}
      </div>
      ${foldedTable(
        'The numbers behind it',
        tableHtml(`${title}: ${value.name}`, columns, rows, rows.length),
      )}`,
    chart: null,
  };
}

function bar(value: number | null, most: number, which: number, unit: string | null): Html {
  if (value === null) return markup`<div class="bar"><span class="bar-value">–</span></div>`;
  const share = most <= 0 ? 0 : Math.max(0, Math.min(1, value / most));
  const drawing = svgElement(
    'svg',
    { class: 'bar-line', width: `${(share * LONGEST).toFixed(2)}%`, height: 14 },
    svgElement('rect', { width: '100%', height: '100%', class: `s${which % 8}` }),
  );
  return markup`<div class="bar">
    ${new Html(drawing)}<span class="bar-value">${numberText(value)} ${unit ?? ''}</span>
  </div>`;
}
