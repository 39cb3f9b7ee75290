import { DiagnosticError } from '../../base/diagnostic.js';
import type { DatasetFormat, TableRows } from '../../importers/dataset-format.js';
import type { Store } from '../../store/store.js';
import type { CliCommand } from '../cli-command.js';
import { WORD_FORMATS } from '../cli-command.js';
import { EXIT } from '../exit.js';
import { usageError } from '../usage-error.js';
import { withStore } from '../with-store.js';

interface ImportOptions {
  readonly db: string;
  readonly instance?: string;
}

/** `edict import`: the rows of a public problem in the tables of its schema pack. */
export const importProblem: CliCommand = {
  formats: WORD_FORMATS,
  longWork: true,
  configure: (command) => {
    command
      .argument('<FORMAT>', 'roadef or gap')
      .argument('<FILES...>', 'the files of the problem, plain or gzipped')
      .requiredOption('--db <FILE>', 'the database; made where there is none')
      .option('--instance <NAME>', 'the problem that is meant, in a file of several')
      .addHelpText(
        'after',
        '\nroadef MODEL ASSIGNMENT [NEW]  machine reassignment of the ROADEF/EURO challenge 2012\n' +
          'gap FILE                       generalised assignment: the text of the OR-Library, or JSON lines',
      );
  },
  run: async (command, { output }) => {
    const { db, instance = null } = command.opts<ImportOptions>();
    const [name = '', ...files] = command.args;
    const { findDatasetFormat } = await import('../../importers/find-dataset-format.js');
    const format = findDatasetFormat(name);
    expectFiles(format, files);
    const tables = format.read(files, { instance });
    const { applyPack } = await import('../../store/apply-pack.js');
    const { loadRows } = await import('../../store/load-rows.js');
    await withStore(
      db,
      'plain',
      (store) => {
        applyPack(store, format.pack);
        expectEmpty(store, tables);
        store.write(() => loadRows(store, tables));
      },
      { create: true },
    );
    const counts = Object.fromEntries(tables.map(({ table, rows }) => [table, rows.length]));
    const shown = tables.map(({ table, rows }) => `  ${table} ${rows.length}\n`).join('');
    output.answer({
      fields: { database: db, format: format.name, pack: format.pack, rows: counts },
      text: output.quiet ? '' : `imported into \`${db}\`, rows by table:\n${shown}`,
    });
    return EXIT.done;
  },
};

function expectFiles({ name, files }: DatasetFormat, given: readonly string[]): void {
  const least = files.filter(({ required }) => required).length;
  if (given.length >= least && given.length <= files.length) return;
  const shape = files.map((one) => (one.required ? one.name : `[${one.name}]`)).join(' ');
  const meanings = files.map((one) => `${one.name} is ${one.meaning}`).join(', ');
  throw usageError(
    `\`${name}\` takes ${least === files.length ? least : `${least} to ${files.length}`} files, not ${given.length}`,
    `edict import ${name} ${shape}: ${meanings}`,
  );
}

function expectEmpty(store: Store, tables: readonly TableRows[]): void {
  const full = tables.filter(({ table }) => store.rows(`select 1 from "${table}" limit 1`).length > 0);
  if (full.length === 0) return;
  const names = full.map(({ table }) => `\`${table}\``).join(', ');
  throw new DiagnosticError([
    {
      code: 'import/not-empty',
      severity: 'error',
      message: `\`${store.path}\` already has rows in ${names}`,
      help: 'import into another database',
    },
  ]);
}
