import { Option } from 'commander';
import { positionAt } from '../../base/source.js';
import type { CliCommand } from '../cli-command.js';
import { WORD_FORMATS } from '../cli-command.js';
import { policiesFor } from '../decision-policies.js';
import { EXIT, exitOf } from '../exit.js';
import { collect } from '../option-values.js';
import { withStore } from '../with-store.js';

interface AuditOptions {
  readonly db: string;
  readonly policies?: readonly string[];
  readonly controller?: readonly string[];
}

export const audit: CliCommand = {
  formats: WORD_FORMATS,
  longWork: true,
  configure: (command) => {
    command
      .requiredOption('--db <FILE>', 'the database; it is only read')
      .addOption(new Option('--policies <PATH>', 'policy file or folder; may repeat').argParser(collect))
      .addOption(
        new Option('--controller <NAME>', 'use the policies of this controller; may repeat').argParser(
          collect,
        ),
      )
      .addHelpText('after', '\nSilent when nothing is violated; exit 1 when something is.');
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
    output.answer({ fields: { violations, soft: found.soft }, text, diagnostics: found.diagnostics });
    return violations.length > 0 ? EXIT.findings : exitOf(found.diagnostics);
  },
};
