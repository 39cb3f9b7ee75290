import { Option } from 'commander';
import type { CliCommand } from '../cli-command.js';
import { FINDING_FORMATS } from '../cli-command.js';
import { controllersNamed } from '../controller-input.js';
import { exitOf } from '../exit.js';
import { collect } from '../option-values.js';
import { readPolicies } from '../policy-input.js';
import { withStore } from '../with-store.js';

interface CheckOptions {
  readonly db?: string;
  readonly controller?: readonly string[];
  readonly stdinName?: string;
}

export const check: CliCommand = {
  formats: FINDING_FORMATS,
  configure: (command) => {
    command
      .argument('<FILES...>', 'policy files, folders of them, or `-` for stdin')
      .option('--db <FILE>', 'check against the tables and rows of this database; it is only read')
      .addOption(
        new Option('--controller <NAME>', 'check against the tables of this controller; may repeat')
          .argParser(collect)
          .conflicts('db'),
      )
      .option('--stdin-name <NAME>', 'what diagnostics call the text from stdin')
      .addHelpText(
        'after',
        '\nWith --db, policies that cannot bind on its rows are warned of, with the reason.\n' +
          'Without --db and --controller the tables are those that `edict init` makes.\n' +
          'Silent when all is well; exit 1 when there is an error.',
      );
  },
  run: async (command, { output, environment }) => {
    const { db, controller = [], stdinName } = command.opts<CheckOptions>();
    await controllersNamed(controller);
    const sources = await readPolicies(command.args, environment.stdin, stdinName);
    const { compilePolicies } = await import('../../loop/compile.js');
    const { catalogOf } = await import('../../check/schema.js');
    const { introspect } = await import('../../store/introspect.js');
    const { dataFindings } = await import('../data-findings.js');
    const isState = db === undefined;
    const read = await withStore(db ?? ':memory:', isState ? 'state' : 'read', async (store) => {
      const schema = introspect(store);
      const { compiled, diagnostics } = compilePolicies(sources, catalogOf(schema));
      const onData = compiled === null || isState ? [] : await dataFindings(compiled, store);
      return { schema, compiled, diagnostics: [...diagnostics, ...onData] };
    });
    const { refusedQueries } = await import('../refused-queries.js');
    const refused = read.compiled === null ? [] : await refusedQueries(read.compiled, read.schema);
    const diagnostics = [...read.diagnostics, ...refused];
    output.answer({ diagnostics });
    return exitOf(diagnostics);
  },
};
