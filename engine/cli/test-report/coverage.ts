import { positionAt } from '../../base/source.js';
import type { ConstraintCoverage } from '../../policy-test/coverage.js';
import { coverageTotal, missingOf } from '../../policy-test/coverage.js';
import type { Colors } from '../render/colors.js';
import { safeText } from '../render/width.js';
import { renderTable } from '../rows/table.js';
import { lineOf } from './suite.js';

/** What the tests have shown, for people: one line per file, the total, and what is missing. */
export function prettyCoverage(constraints: readonly ConstraintCoverage[], colors: Colors): string {
  const rows = [...byFile(constraints)].map(([file, members]) => [file, ...cells(members)]);
  rows.push(['total', ...cells(constraints)]);
  const columns = ['coverage', 'constraints', 'binding', 'slack', '%'];
  const missing = constraints.flatMap((one) =>
    missingOf(one).map((words) => `  ${safeText(`${lineOf(one.span)}: ${one.name}`)}: ${words}`),
  );
  const list = missing.length === 0 ? [] : [colors.red('not covered:'), ...missing];
  return `${renderTable({ columns, rows }, colors)}${list.map((line) => `${line}\n`).join('')}`;
}

function cells(members: readonly ConstraintCoverage[]): (string | number)[] {
  const binding = members.filter((one) => one.binding !== null).length;
  const slack = members.filter((one) => one.slack !== null).length;
  return [members.length, binding, slack, coverageTotal(members).percent];
}

function byFile(constraints: readonly ConstraintCoverage[]): Map<string, ConstraintCoverage[]> {
  const files = new Map<string, ConstraintCoverage[]>();
  for (const one of constraints) {
    const { name } = one.span.source;
    files.set(name, [...(files.get(name) ?? []), one]);
  }
  return files;
}

/** The same as a part of the JSON document; `binding` and `slack` name the first test that showed it, or are null. */
export function jsonCoverage(constraints: readonly ConstraintCoverage[]): unknown {
  const testOf = (seen: ConstraintCoverage['binding']): unknown =>
    seen === null
      ? null
      : {
          file: seen.source.name,
          line: positionAt(seen.source, seen.start).line,
          name: seen.source.text.slice(seen.start, seen.end),
        };
  return {
    ...coverageTotal(constraints),
    constraints: constraints.map((one) => ({
      name: one.name,
      file: one.span.source.name,
      line: positionAt(one.span.source, one.span.start).line,
      kind: one.kind,
      binding: testOf(one.binding),
      slack: testOf(one.slack),
      missing: missingOf(one),
    })),
  };
}
