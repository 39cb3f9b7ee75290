import type { Diagnostic } from '../../base/diagnostic.js';
import { positionAt } from '../../base/source.js';
import { rowText } from '../../ground/ground-error.js';
import type { AuditResult } from '../../loop/audit.js';
import type { CliCommand } from '../cli-command.js';
import { FINDING_FORMATS } from '../cli-command.js';
import { addPolicyOptions, policiesFor } from '../decision-policies.js';
import { EXIT, exitOf } from '../exit.js';
import { withStore } from '../with-store.js';

interface AuditOptions {
  readonly db: string;
  readonly policies?: readonly string[];
  readonly controller?: readonly string[];
}

export const audit: CliCommand = {
  formats: FINDING_FORMATS,
  longWork: true,
  configure: (command) => {
    addPolicyOptions(command.requiredOption('--db <FILE>', 'the database; it is only read')).addHelpText(
      'after',
      '\nLists violated rows, then the values of soft constraints; exit 1 when something is violated.',
    );
  },
  run: async (command, { output, environment }) => {
    const options = command.opts<AuditOptions>();
    const sources = await policiesFor(options.policies ?? [], options.controller ?? [], environment.stdin);
    const { audit: run } = await import('../../loop/audit.js');
    const found = await withStore(options.db, 'read', (store) => run(store, sources));
    const violations = found.violations.map(({ policy, row }) => {
      const { span } = policy.policy.statement.name;
      return {
        policy: policy.policy.name,
        file: span.source.name,
        line: positionAt(span.source, span.start).line,
        row,
      };
    });
    const text = violations
      .map(({ policy, file, line, row }) => {
        const cells = Object.entries(row).map(([name, value]) => `${name}=${String(value)}`);
        return `${file}:${line}: ${policy} is violated${cells.length === 0 ? '' : ` by ${cells.join(' ')}`}\n`;
      })
      .join('');
    // Formats that know findings only get the violations as such.
    const asFindings = output.format === 'sarif' || output.format === 'github';
    const diagnostics = asFindings
      ? [...found.diagnostics, ...found.violations.map(violationFinding)]
      : found.diagnostics;
    const fields = { violations, cut: found.cut, soft: found.soft, objectives: found.objectives };
    output.answer({ fields, text: asFindings ? '' : text + softText(found), diagnostics });
    for (const name of found.cut) output.remark(`\`${name}\` is violated by more rows than are listed`);
    return violations.length > 0 ? EXIT.findings : exitOf(found.diagnostics);
  },
};

/** What the soft constraints are worth, as `edict solve` tells it. */
function softText({ soft, objectives }: AuditResult): string {
  if (objectives.length === 0) return '';
  const totals = objectives.map(({ value }) => String(value));
  const lines = soft.map(({ name, value }) => `  ${name} = ${String(value)}\n`);
  return `objective ${totals.join(', ')}\n${lines.join('')}`;
}

function violationFinding({ policy, row }: AuditResult['violations'][number]): Diagnostic {
  const { name, statement } = policy.policy;
  const rows = Object.keys(row).length === 0 ? '' : ` by the row ${rowText(row)}`;
  return {
    code: 'audit/violated',
    severity: 'error',
    message: `\`${name}\` is violated${rows}`,
    span: statement.name.span,
  };
}
