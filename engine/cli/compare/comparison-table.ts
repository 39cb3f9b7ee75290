import type { Figure } from '../../loop/controller.js';
import { displayWidth } from '../render/width.js';
import type { SchedulerRun } from './run-scheduler.js';

/** Marks the best value of a column, and all that equal it as shown. */
const MARK = '*';

/** All figures of the first run, where a controller does not say which ones to set side by side. */
export function figuresOf(
  figures: readonly Figure[] | undefined,
  runs: readonly SchedulerRun[],
): readonly Figure[] {
  if (figures !== undefined) return figures;
  return Object.keys(runs[0]?.metrics ?? {}).map((metric) => ({
    metric,
    title: metric.replaceAll('_', ' '),
    unit: null,
    best: null,
  }));
}

/** Name of a figure with its unit, as it heads a column. */
export const headOf = ({ title, unit }: Figure): string => (unit === null ? title : `${title}, ${unit}`);

/** Three significant digits; whole numbers whole; `-` where there is none. */
export function figureText(value: number | null | undefined): string {
  if (value === null || value === undefined) return '-';
  if (Number.isInteger(value)) return String(value);
  if (Math.abs(value) >= 1000) return value.toFixed(0);
  return String(Number(value.toPrecision(3)));
}

/** Texts of the table: schedulers down, figures across, best values marked. */
export function comparisonCells(figures: readonly Figure[], runs: readonly SchedulerRun[]): string[][] {
  const columns = figures.map((figure) => columnOf(figure, runs));
  return runs.map(({ scheduler }, row) => [scheduler, ...columns.map((cells) => cells[row] ?? '')]);
}

function columnOf({ metric, best }: Figure, runs: readonly SchedulerRun[]): string[] {
  const values = runs.map(({ metrics }) => metrics[metric]);
  const texts = values.map(figureText);
  const known = values.filter((value) => typeof value === 'number');
  // A column in which nobody differs has no best.
  if (best === null || new Set(texts).size < 2 || known.length === 0) return texts;
  const bestText = figureText(best === 'least' ? Math.min(...known) : Math.max(...known));
  return texts.map((text) => (text === bestText ? `${text}${MARK}` : text));
}

/** The table for people; numbers stand to the right, the marks behind them. */
export function comparisonText(figures: readonly Figure[], runs: readonly SchedulerRun[]): string {
  const rows = [['scheduler', ...figures.map(headOf)], ...comparisonCells(figures, runs)];
  const widths = rows.reduce<number[]>(
    (before, cells) => cells.map((text, i) => Math.max(before[i] ?? 0, displayWidth(markless(text)))),
    [],
  );
  const lines = rows.map((cells) =>
    cells
      .map((text, i) => {
        const space = ' '.repeat((widths[i] ?? 0) - displayWidth(markless(text)));
        const mark = text.endsWith(MARK) ? MARK : ' ';
        return i === 0 ? `${text}${space}` : `${space}${markless(text)}${mark}`;
      })
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

const markless = (text: string): string => (text.endsWith(MARK) ? text.slice(0, -MARK.length) : text);

/** The table as Markdown, best values in bold. */
export function comparisonMarkdown(figures: readonly Figure[], runs: readonly SchedulerRun[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const body = comparisonCells(figures, runs).map(([name = '', ...cells]) =>
    line([`\`${name}\``, ...cells.map((text) => (text.endsWith(MARK) ? `**${markless(text)}**` : text))]),
  );
  const head = line(['scheduler', ...figures.map(headOf)]);
  const rule = line(['---', ...figures.map(() => '---:')]);
  return head + rule + body.join('');
}
