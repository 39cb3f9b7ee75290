import { fixText } from '../../loop/core-fixes.js';
import { domainText, rowsText } from '../../loop/core-report.js';
import type { InfeasibleCore } from '../../loop/infeasible-core.js';
import { displayWidth, safeText } from './width.js';

const WHY_NOT_MINIMAL = {
  time: 'no (the time for it ran out)',
  undecided: 'no (no solver could tell whether each one is needed)',
} as const;

/** A core for people: what clashes, where it stands, which rows, whether that is the least, and what would fix it. */
export function coreText({ constraints, domains, unproved, fixes }: InfeasibleCore): string {
  const names = constraints.map(({ name }) => `\`${safeText(name)}\``);
  const together = names.length > 1 ? ' together' : '';
  const cells = constraints.map((constraint) => [
    safeText(constraint.name),
    safeText(`${constraint.file}:${constraint.line}`),
    safeText(rowsText(constraint)),
  ]);
  return [
    `infeasible: ${names.join(', ')} cannot hold${together}`,
    ...table([['constraint', 'at', 'rows'], ...cells]).map((line) => `  ${line}`),
    ...domains.map((domain) => `  given: ${safeText(domainText(domain))}`),
    `minimal: ${unproved === null ? 'yes' : WHY_NOT_MINIMAL[unproved]}`,
    ...(fixes.length === 0 ? [] : ['any one of these would fix it:']),
    ...fixes.map((fix) => `  ${safeText(fixText(fix))}`),
    '',
  ].join('\n');
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, at) =>
    Math.max(...rows.map((row) => displayWidth(row[at] ?? ''))),
  );
  return rows.map((row) =>
    row
      .map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - displayWidth(cell)))
      .join('  ')
      .trimEnd(),
  );
}
