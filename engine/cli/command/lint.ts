import { Option } from 'commander';
import type { CliCommand } from '../cli-command.js';
import { FINDING_FORMATS } from '../cli-command.js';
import { controllersNamed } from '../controller-input.js';
import { EXIT } from '../exit.js';
import { fixPolicies } from '../fix-policies.js';
import { collect } from '../option-values.js';
import { readPolicies } from '../policy-input.js';
import { usageError } from '../usage-error.js';
import { withStore } from '../with-store.js';

interface LintOptions {
  readonly fix?: boolean;
  readonly db?: string;
  readonly controller?: readonly string[];
  readonly stdinName?: string;
}

export const lint: CliCommand = {
  formats: FINDING_FORMATS,
  configure: (command) => {
    command
      .argument('<FILES...>', 'policy files, folders of them, or `-` for stdin')
      .option('--fix', 'change the files where a change is safe, and report the rest')
      .option('--db <FILE>', 'look columns up in the tables of this database; it is only read')
      .addOption(
        new Option('--controller <NAME>', 'look columns up in the tables of this controller; may repeat')
          .argParser(collect)
          .conflicts('db'),
      )
      .option('--stdin-name <NAME>', 'what findings call the text from stdin')
      .addHelpText(
        'after',
        '\nWithout --db and --controller the tables are those that `edict init` makes; rules that must know a table\n' +
          'which is not there stay silent. `-- edict:ignore L012 REASON` above a line or at its end takes a finding out.\n' +
          'Exit 1 when there is a finding. `edict explain L012` tells what a rule is for.',
      );
  },
  run: async (command, { output, environment }) => {
    const { fix = false, db, controller = [], stdinName } = command.opts<LintOptions>();
    if (fix && command.args.includes('-')) throw usageError('`--fix` changes files; stdin is none');
    await controllersNamed(controller);
    const sources = await readPolicies(command.args, environment.stdin, stdinName);
    const { lintPolicies } = await import('../../lint/lint.js');
    const { catalogOf } = await import('../../check/schema.js');
    const { introspect } = await import('../../store/introspect.js');
    const schema = await withStore(db ?? ':memory:', db === undefined ? 'state' : 'read', introspect);
    const catalog = catalogOf(schema);
    const lintThese = (texts: typeof sources): ReturnType<typeof lintPolicies> =>
      lintPolicies(texts, catalog);
    const { diagnostics, fixed, files } = fix
      ? fixPolicies(sources, lintThese)
      : { diagnostics: lintThese(sources), fixed: 0, files: 0 };
    output.answer({ fields: fix ? { fixed, files } : {}, diagnostics });
    if (fixed > 0)
      output.remark(
        `fixed ${fixed} ${fixed === 1 ? 'finding' : 'findings'} in ${files} ${files === 1 ? 'file' : 'files'}`,
      );
    return diagnostics.length > 0 ? EXIT.findings : EXIT.done;
  },
};
