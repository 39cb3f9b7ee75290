import type { Html } from './markup.js';
import { markup, NOTHING } from './markup.js';
import { numberText } from './number-text.js';
import type { Cell, TableColumn } from './report.js';

/** Columns whose values have no better or worse. */
export function plainColumns(
  ...names: readonly (string | readonly [string, string | null])[]
): TableColumn[] {
  return names.map((name) => {
    const [text, unit] = typeof name === 'string' ? ([name, null] as const) : name;
    return { name: text, unit, best: null };
  });
}

/**
 * A table that scrolls in a frame of its own. The first column names its row; the best values of a column are marked
 * by weight and by a word that screen readers read. At most `limit` rows; what is left out is said.
 */
export function tableHtml(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly Cell[])[],
  limit: number,
): Html {
  const best = columns.map((column, index) => bestOf(column, rows, index));
  const isNumeric = columns.map((_, index) => rows.some((row) => typeof row[index] === 'number'));
  const head = columns.map(
    ({ name, unit }, index) =>
      markup`<th scope="col" ${isNumeric[index] === true ? NUMBER_CLASS : NOTHING}>
        ${name}${unit === null ? NOTHING : markup` <span class="unit">${unit}</span>`}
      </th>`,
  );
  const body = rows.slice(0, limit).map((row) => {
    const cells = columns.map((_, index) => cellHtml(row[index] ?? null, index, best[index] ?? null));
    return markup`<tr>
      ${cells}
    </tr> `;
  });
  const omitted = rows.length - body.length;
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
      <table>
        <caption class="unseen">
          ${caption}
        </caption>
        <thead>
          <tr>
            ${head}
          </tr>
        </thead>
        <tbody>
          ${body}
        </tbody>
      </table>
    </div>
    ${
      omitted > 0
        ? markup`<p class="note">The first ${numberText(limit)} of ${numberText(rows.length)} rows.</p>`
        : NOTHING
    }`;
}

const NUMBER_CLASS = markup` class="number"`;

function bestOf(column: TableColumn, rows: readonly (readonly Cell[])[], index: number): number | null {
  if (column.best === null) return null;
  const numbers = rows.flatMap((row) => {
    const cell = row[index];
    return typeof cell === 'number' && !Number.isNaN(cell) ? [cell] : [];
  });
  // One row alone is not the best of anything.
  if (numbers.length < 2) return null;
  return numbers.reduce((a, b) => (column.best === 'least' ? Math.min(a, b) : Math.max(a, b)));
}

function cellHtml(cell: Cell, index: number, best: number | null): Html {
  if (index === 0) {
    return markup`<th scope="row">${typeof cell === 'number' ? numberText(cell) : (cell ?? '–')}</th>`;
  }
  if (cell === null) return markup`<td class="none">–</td>`;
  if (typeof cell === 'string') return markup`<td>${cell}</td>`;
  if (cell === best) {
    return markup`<td class="number best">${numberText(cell)}<span class="unseen"> (best)</span></td>`;
  }
  return markup`<td class="number">${numberText(cell)}</td>`;
}

/** A table behind a chart, folded away. */
export function foldedTable(summary: string, table: Html): Html {
  return markup`<details class="twin">
    <summary>${summary}</summary>
    ${table}
  </details>`;
}
