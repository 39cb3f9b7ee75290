import { positionAt } from '../../base/source.js';
import type { MutantResult } from '../../policy-test/run-mutants.js';
import type { Colors } from '../render/colors.js';
import { safeText } from '../render/width.js';
import { renderTable } from '../rows/table.js';
import { lineOf } from './suite.js';

/** How many mutants the tests noticed, for people, and which they did not. */
export function prettyMutants(results: readonly MutantResult[], colors: Colors): string {
  const files = [...new Set(results.map(({ mutant }) => mutant.source.name))];
  const rows = files.map((file) => [
    file,
    ...cells(results.filter(({ mutant }) => mutant.source.name === file)),
  ]);
  rows.push(['total', ...cells(results)]);
  const table = renderTable({ columns: ['mutants', 'made', 'killed', '%'], rows }, colors);
  const survivors = results.filter(({ killedBy }) => killedBy === null);
  if (survivors.length === 0) return table;
  const lines = survivors.map(({ mutant }) => `  ${safeText(`${lineOf(mutant.span)}: ${mutant.change}`)}`);
  return `${table}${[colors.yellow('no test notices:'), ...lines].join('\n')}\n`;
}

function cells(results: readonly MutantResult[]): number[] {
  const killed = results.filter(({ killedBy }) => killedBy !== null).length;
  return [results.length, killed, percentOf(killed, results.length)];
}

/** To one decimal, rounded down. */
const percentOf = (part: number, of: number): number =>
  of === 0 ? 100 : Math.floor((part / of) * 1000) / 10;

/** The same as a part of the JSON document. */
export function jsonMutants(results: readonly MutantResult[]): unknown {
  const [made = 0, killed = 0, percent = 0] = cells(results);
  return {
    made,
    killed,
    percent,
    mutants: results.map(({ mutant: { source, span, change }, killedBy }) => {
      const { line, col } = positionAt(span.source, span.start);
      return { file: source.name, line, col, change, killed_by: killedBy?.name.text ?? null };
    }),
  };
}
