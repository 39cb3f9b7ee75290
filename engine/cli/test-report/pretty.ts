import { positionAt, lineText } from '../../base/source.js';
import { literalText } from '../../policy-test/literal-text.js';
import type { TestFileResult } from '../../policy-test/run-test-file.js';
import type { Failure, FailureTable, TestResult } from '../../policy-test/test-result.js';
import type { Colors } from '../render/colors.js';
import { safeText } from '../render/width.js';
import { renderTable } from '../rows/table.js';
import { isBroken, lineOf } from './suite.js';

/** Decisions of a failed test that are shown. */
const DECISIONS = 10;
/** Lines of one expectation that are shown. */
const LINES = 8;

/** The tests of one file for people. */
export function prettyFile(file: TestFileResult, colors: Colors): string {
  const { loaded, results } = file;
  if (results.length === 0 && !isBroken(file)) return '';
  const lines = [colors.bold(safeText(loaded.file.source.name))];
  if (isBroken(file)) lines.push(`  ${colors.red('ERROR')} its tests cannot be run`);
  for (const result of results) lines.push(...prettyTest(result, colors));
  return `${lines.join('\n')}\n`;
}

function prettyTest(result: TestResult, colors: Colors): string[] {
  const { outcome, test, failures } = result;
  const name = safeText(test.name.text);
  if (outcome === 'passed') return [`  ${colors.green('ok')}    ${name}`];
  const word = colors.red(outcome === 'failed' ? 'FAIL' : 'ERROR');
  const lines = [`  ${word}${outcome === 'failed' ? ' ' : ''} ${name}`];
  for (const failure of failures)
    lines.push(...prettyFailure(failure, colors).map((line) => `        ${line}`));
  if (failures.length > 0) lines.push(...decided(result, colors).map((line) => `        ${line}`));
  return lines;
}

function prettyFailure(failure: Failure, colors: Colors): string[] {
  const { span, message, expected, actual, table } = failure;
  const lines = [`${safeText(lineOf(span))}: ${message}`, ...sourceLines(failure, colors)];
  lines.push(
    `  ${colors.green('expected')}  ${safeText(expected)}`,
    `  ${colors.red('actual')}    ${safeText(actual)}`,
  );
  if (table !== null) lines.push(...tableLines(table, colors));
  return lines;
}

function sourceLines({ span }: Failure, colors: Colors): string[] {
  const first = positionAt(span.source, span.start).line;
  const last = positionAt(span.source, span.end).line;
  const shown = Array.from({ length: Math.min(last - first + 1, LINES) }, (_, i) => first + i);
  const digits = String(shown.at(-1) ?? first).length;
  return shown.map((line) => {
    const number = colors.blue(`${String(line).padStart(digits + 1)} |`);
    return ` ${number} ${safeText(lineText(span.source, line).replaceAll('\t', '  '))}`;
  });
}

function tableLines(table: FailureTable, colors: Colors): string[] {
  return renderTable(table, colors)
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`);
}

/** What the last solve chose. */
function decided({ assignments }: TestResult, colors: Colors): string[] {
  if (assignments.length === 0) return [];
  const rows = assignments.slice(0, DECISIONS).map(({ table, key, column, value }) => {
    const row = Object.entries(key).map(([name, cell]) => `${name}=${literalText(cell)}`);
    return [`${table} ${row.join(' ')}`, column, literalText(value)];
  });
  const more = assignments.length > DECISIONS ? [`    ... and ${assignments.length - DECISIONS} more`] : [];
  return [
    'the last solve decided:',
    ...tableLines({ columns: ['row', 'column', 'value'], rows }, colors),
    ...more,
  ];
}
