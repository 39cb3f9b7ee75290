import { assert } from '../base/assert.js';
import type { Budget } from './budget.js';
import type { Chart, GridFrame } from './chart.js';
import { shortNumber } from './chart.js';
import type { Html } from './markup.js';
import { markup, NOTHING } from './markup.js';
import { numberText, quantityText } from './number-text.js';
import type { Pooling } from './pool-grid.js';
import { poolCells, poolingOf, poolValues } from './pool-grid.js';
import type { Rendered } from './rendered.js';
import type { AnimationSection, Frame, HeatMapSection } from './report.js';
import { foldedTable, plainColumns, tableHtml } from './table-html.js';

/** Cells of the table behind a grid; a larger grid is shown in blocks there. */
const TABLE_CELLS = 2500;
/** Shades of the table behind a grid. */
const SHADES = 10;
/** Cells named per step in the table behind an animation. */
const NAMED_CELLS = 8;

type GridSection = HeatMapSection | AnimationSection;

export function heatMapHtml(section: HeatMapSection, budget: Budget): Rendered {
  const { title, rows, columns, values } = section;
  const frames = [{ label: '', values, active: [] }];
  return {
    body: markup`<div class="chart"></div>
      ${gridNote(section, budget)}${foldedTable(
        'The numbers behind it',
        gridTable(title, section, values, poolingOf(rows, columns, TABLE_CELLS)),
      )}`,
    chart: gridChart(section, frames, false, budget),
  };
}

export function animationHtml(section: AnimationSection, budget: Budget): Rendered {
  const { title, rows, columns, frames } = section;
  assert(frames.length > 0, () => `the animation ${title} has a step`);
  const stride = Math.max(1, Math.ceil(frames.length / budget.frames));
  // The last step is what the rest led to: it is always shown.
  const shown = frames.filter((_, index) => index % stride === 0 || index === frames.length - 1);
  const last = frames[frames.length - 1];
  const steps = tableHtml(
    `${title}: steps`,
    plainColumns('step', 'what', 'cells'),
    frames.map((frame, index) => [index + 1, frame.label, cellsText(frame, section)]),
    budget.rows,
  );
  const twin = markup`${steps}${
    last === undefined
      ? NOTHING
      : markup`<p class="note">After the last step:</p>
          ${gridTable(title, section, last.values, poolingOf(rows, columns, TABLE_CELLS))}`
  }`;
  return {
    body: markup`<div class="chart"></div>
      ${
        stride === 1
          ? NOTHING
          : markup`<p class="note">
              Shown: ${numberText(shown.length)} of ${numberText(frames.length)} steps.
            </p>`
      }${gridNote(section, budget)}${foldedTable('The steps behind it', twin)}`,
    chart: gridChart(section, shown, true, budget),
  };
}

function gridNote({ rows, columns }: GridSection, budget: Budget): Html {
  const { side } = poolingOf(rows, columns, budget.cells);
  if (side === 1) return NOTHING;
  return markup`<p class="note">Drawn in blocks of ${side} × ${side} cells: the mean of each.</p>`;
}

function gridChart(
  { title, rows, columns, value }: GridSection,
  frames: readonly Frame[],
  animated: boolean,
  budget: Budget,
): Chart {
  const size = rows.labels.length * columns.labels.length;
  const pooling = poolingOf(rows, columns, budget.cells);
  let before: readonly (number | null)[] = [];
  let least = Infinity;
  let most = -Infinity;
  const drawn = frames.map(({ label, values, active }): GridFrame => {
    assert(values.length === size, () => `${title} has ${size} cells, not ${values.length}`);
    const now = poolValues(values, pooling).map(shortNumber);
    const changes: (number | null)[] = [];
    now.forEach((number, index) => {
      if (number === (before[index] ?? null)) return;
      changes.push(index, number);
      if (number === null) return;
      least = Math.min(least, number);
      most = Math.max(most, number);
    });
    before = now;
    return { label, changes, active: poolCells(active, pooling) };
  });
  return {
    kind: 'grid',
    title,
    rows: pooling.rows,
    columns: pooling.columns,
    value,
    range: least > most ? null : [least, most],
    frames: drawn,
    animated,
  };
}

/** The grid as a table whose cells are shaded: a heat map that needs no script. */
function gridTable(title: string, section: GridSection, values: Frame['values'], pooling: Pooling): Html {
  const numbers = poolValues(values, pooling);
  const present = numbers.filter((number): number is number => number !== null && Number.isFinite(number));
  const least = present.reduce((a, b) => Math.min(a, b), Infinity);
  const most = present.reduce((a, b) => Math.max(a, b), -Infinity);
  const across = pooling.columns.labels.length;
  const cell = (number: number | null): Html => {
    if (number === null) return markup`<td class="none">–</td>`;
    const shade =
      most > least ? Math.min(SHADES - 1, Math.floor((SHADES * (number - least)) / (most - least))) : 0;
    return markup`<td class="number h${shade}">${numberText(number)}</td>`;
  };
  const { rows, columns } = section;
  const caption = `${title}: ${section.value.name} by ${rows.name} and ${columns.name}`;
  const range =
    present.length === 0
      ? ''
      : ` ${quantityText(least, section.value.unit)} to ${quantityText(most, section.value.unit)}.`;
  return markup`<p class="note">
      ${section.value.name} by ${rows.name} (down) and ${columns.name}
      (across).${range}${
        pooling.side === 1 ? '' : ` Means of blocks of ${pooling.side} × ${pooling.side} cells.`
      }
    </p>
    <div class="scroll" tabindex="0" role="region" aria-label="${caption}">
      <table class="grid">
        <caption class="unseen">
          ${caption}
        </caption>
        <thead>
          <tr>
            <td></td>
            ${pooling.columns.labels.map((label) => markup`<th scope="col">${label}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${pooling.rows.labels.map(
            (label, row) =>
              markup`<tr>
                <th scope="row">${label}</th>
                ${numbers.slice(row * across, (row + 1) * across).map(cell)}
              </tr> `,
          )}
        </tbody>
      </table>
    </div>`;
}

function cellsText({ active }: Frame, { rows, columns }: GridSection): string {
  const width = columns.labels.length;
  const named = Array.from({ length: Math.min(active.length, NAMED_CELLS) }, (_, index) => {
    const cell = active[index] ?? 0;
    return `(${rows.labels[Math.floor(cell / width)] ?? ''}, ${columns.labels[cell % width] ?? ''})`;
  });
  const rest = active.length - named.length;
  return `${named.join(' ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
