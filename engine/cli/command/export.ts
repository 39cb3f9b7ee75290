import type { CliCommand } from '../cli-command.js';
import { WORD_FORMATS } from '../cli-command.js';
import { EXIT } from '../exit.js';
import { usageError } from '../usage-error.js';
import { withStore } from '../with-store.js';
import { writeOutput } from '../write-output.js';

interface ExportOptions {
  readonly db: string;
  readonly out?: string;
  readonly instance?: string;
}

/** `edict export`: the decisions of a database in the words of the format that its problem came in. */
export const exportDecisions: CliCommand = {
  formats: WORD_FORMATS,
  configure: (command) => {
    command
      .argument('<FORMAT>', 'roadef, gap, npu-design or mlir-aie')
      .argument('[FILE]', 'designs: the file to write places into; it is only read')
      .requiredOption('--db <FILE>', 'the database; it is only read')
      .option('--out <FILE>', 'write this file instead of stdout')
      .option('--instance <NAME>', 'the design that is meant, in a file of several')
      .addHelpText(
        'after',
        '\nroadef  the machine of each process, an assignment file\n' +
          'gap     the agent of each item, numbered from 0\n' +
          'npu-design FILE  the JSON with the tile of each part as `placement`\n' +
          'mlir-aie FILE    the MLIR with tiles where parts are placed, else byte for byte',
      );
  },
  run: async (command, { output }) => {
    const { db, out, instance = null } = command.opts<ExportOptions>();
    const [name = '', file] = command.args;
    const { findFormat } = await import('../../importers/find-format.js');
    const { exportDesigns } = await import('../export-designs.js');
    const { rowsOf } = await import('../../store/rows-of.js');
    const { kind, format } = findFormat(name);
    if (kind === 'usage') throw usageError(`\`${name}\` is recorded: there is nothing decided to write`);
    const text = await withStore(db, 'read', (store) => {
      const { all } = rowsOf(store);
      if (kind === 'dataset') return format.write(all);
      if (file === undefined) throw usageError(`\`${name}\` takes the file that places are written into`);
      return exportDesigns(format, { file, instance }, all);
    });
    if (out === undefined) output.answer({ fields: { format: format.name, text }, text });
    else {
      writeOutput(out, text);
      output.answer({ fields: { format: format.name, file: out } });
    }
    return EXIT.done;
  },
};
