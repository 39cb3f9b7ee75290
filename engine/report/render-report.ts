import { InternalError, unreachable } from '../base/assert.js';
import { digestBase64 } from '../base/digest.js';
import { barsHtml } from './bars-html.js';
import type { Budget } from './budget.js';
import { BUDGETS } from './budget.js';
import { cdfHtml } from './cdf-html.js';
import type { Chart } from './chart.js';
import { inlineJson } from './escape.js';
import { animationHtml, heatMapHtml } from './grid-html.js';
import { Html, markup, NOTHING } from './markup.js';
import { linesHtml } from './lines-html.js';
import { numberText } from './number-text.js';
import { pageFiles } from './page-files.js';
import type { Rendered } from './rendered.js';
import type { Fact, Report, Section } from './report.js';
import { foldedTable, tableHtml } from './table-html.js';

/** Bytes of the largest file: what mail and chat still carry. */
export const REPORT_BYTES = 5_000_000;

/**
 * One HTML file that needs nothing else: no request, no script but its own (held by a content security policy), a table
 * behind every chart.
 *
 * - The same report gives the same text.
 * - What is too large to be drawn whole is thinned, in blocks or cut, and the file says so; it is at most
 *   REPORT_BYTES as UTF-8. Throws InternalError where not even the tightest budget brings it there.
 */
export function renderReport(report: Report): string {
  for (const budget of BUDGETS) {
    const text = renderWithin(report, budget);
    if (Buffer.byteLength(text, 'utf8') <= REPORT_BYTES) return text;
  }
  throw new InternalError(`the report ${report.title} does not fit into ${REPORT_BYTES} bytes`);
}

function renderWithin({ title, subtitle, facts, sections }: Report, budget: Budget): string {
  const { script, style } = pageFiles();
  const charts: Chart[] = [];
  const parts = sections.map((section, index) => {
    const rendered = sectionHtml(section, budget);
    const place = rendered.chart === null ? NOTHING : markup` data-chart="${charts.length}"`;
    if (rendered.chart !== null) charts.push(rendered.chart);
    const id = `section-${index + 1}`;
    return markup`<section
      id="${id}"
      class="${widthOf(section)}"
      aria-labelledby="${id}-title"
      ${place}
    >
      <h2 id="${id}-title">${section.title}</h2>
      ${section.note === null ? NOTHING : markup`<p class="note">${section.note}</p>`} ${rendered.body}
    </section> `;
  });
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${digestBase64(script)}'`,
    `style-src 'sha256-${digestBase64(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  // The policy knows script and style by the digest of what stands between their tags, blanks included.
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <style>${new Html(style)}</style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
          <div>
            <h1>${title}</h1>
            ${subtitle === null ? NOTHING : markup`<p class="subtitle">${subtitle}</p>`}
          </div>
          <button type="button" id="theme" hidden></button>
        </header>
        ${factsHtml(facts)}${contents(sections)}
        <p class="note until-ready">Charts need JavaScript; every chart has its table.</p>
        <main id="main">${parts}</main>
        <footer><p>Made by Edict. This file holds all its data and fetches nothing.</p></footer>
        <script type="application/json" id="charts">${new Html(inlineJson(charts))}</script>
        <script>${new Html(script)}</script>
      </body>
    </html>
    `;
  return page.text;
}

function sectionHtml(section: Section, budget: Budget): Rendered {
  switch (section.kind) {
    case 'prose':
      return { body: markup`${section.paragraphs.map((one) => markup`<p>${one}</p>`)}`, chart: null };
    case 'table':
      return { body: tableHtml(section.title, section.columns, section.rows, budget.rows), chart: null };
    case 'lines':
      return linesHtml(section, budget);
    case 'cdf':
      return cdfHtml(section, budget);
    case 'bars':
      return barsHtml(section);
    case 'heat-map':
      return heatMapHtml(section, budget);
    case 'animation':
      return animationHtml(section, budget);
    case 'picture': {
      const { title, svg, columns, rows } = section;
      const table = tableHtml(`${title}: as a table`, columns, rows, budget.rows);
      return {
        body: markup`<div
            class="drawing scroll"
            tabindex="0"
            role="img"
            aria-label="${title}: a drawing; its table follows"
          >
            ${new Html(svg)}
          </div>
          ${foldedTable('The drawing as a table', table)}`,
        chart: null,
      };
    }
    default:
      return unreachable(section);
  }
}

/** Columns of a grid up to which two of them stand side by side. */
const NARROW_COLUMNS = 64;

function widthOf(section: Section): 'whole' | 'half' {
  const isGrid = section.kind === 'heat-map' || section.kind === 'animation';
  return isGrid && section.columns.labels.length <= NARROW_COLUMNS ? 'half' : 'whole';
}

function factsHtml(facts: readonly Fact[]): Html {
  if (facts.length === 0) return NOTHING;
  return markup`<dl class="facts">
    ${facts.map(
      ({ label, value, unit }) =>
        markup`<div>
          <dt>${label}</dt>
          <dd>
            ${typeof value === 'number' ? numberText(value) : value}${
              unit === null ? NOTHING : markup` <span class="unit">${unit}</span>`
            }
          </dd>
        </div>`,
    )}
  </dl> `;
}

/** Reports of a screen or two need no contents. */
const CONTENTS_FROM = 4;

function contents(sections: readonly Section[]): Html {
  if (sections.length < CONTENTS_FROM) return NOTHING;
  return markup`<nav aria-label="Contents">
    <ol>
      ${sections.map(({ title }, index) => markup`<li><a href="#section-${index + 1}">${title}</a></li>`)}
    </ol>
  </nav> `;
}
