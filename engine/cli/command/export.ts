import type { CliCommand } from '../cli-command.js';
import { WORD_FORMATS } from '../cli-command.js';
import { EXIT } from '../exit.js';
import { withStore } from '../with-store.js';
import { writeOutput } from '../write-output.js';

interface ExportOptions {
  readonly db: string;
  readonly out?: string;
}

/** `edict export`: the decisions of a database in the words of the format that its problem came in. */
export const exportDecisions: CliCommand = {
  formats: WORD_FORMATS,
  configure: (command) => {
    command
      .argument('<FORMAT>', 'roadef or gap')
      .requiredOption('--db <FILE>', 'the database; it is only read')
      .option('--out <FILE>', 'write this file instead of stdout')
      .addHelpText(
        'after',
        '\nroadef  the machine of each process, an assignment file\n' +
          'gap     the agent of each item, numbered from 0',
      );
  },
  run: async (command, { output }) => {
    const { db, out } = command.opts<ExportOptions>();
    const [name = ''] = command.args;
    const { findDatasetFormat } = await import('../../importers/find-dataset-format.js');
    const { rowsOf } = await import('../../store/rows-of.js');
    const format = findDatasetFormat(name);
    const text = await withStore(db, 'read', (store) => format.write(rowsOf(store).all));
    if (out === undefined) output.answer({ fields: { format: format.name, text }, text });
    else {
      writeOutput(out, text);
      output.answer({ fields: { format: format.name, file: out } });
    }
    return EXIT.done;
  },
};
