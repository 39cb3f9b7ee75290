import { Option } from 'commander';
import { DiagnosticError } from '../../base/diagnostic.js';
import type { Design } from '../../controllers/npu/design.js';
import type { DatasetFormat, TableRows } from '../../importers/dataset-format.js';
import type { UsageFormat } from '../../importers/usage/usage-format.js';
import type { Store } from '../../store/store.js';
import type { CliCommand } from '../cli-command.js';
import { WORD_FORMATS } from '../cli-command.js';
import type { ExitCode } from '../exit.js';
import { EXIT, exitOf } from '../exit.js';
import { collect } from '../option-values.js';
import type { Output } from '../output.js';
import { usageError } from '../usage-error.js';
import { withStore } from '../with-store.js';

interface ImportOptions {
  readonly db: string;
  readonly instance?: string;
  readonly free?: boolean;
  readonly with?: readonly string[];
}

/** `edict import`: a public problem as the rows of its schema pack, or designs as rows of the state. */
export const importProblem: CliCommand = {
  formats: WORD_FORMATS,
  longWork: true,
  configure: (command) => {
    command
      .argument('<FORMAT>', 'a format of problems, designs or recorded usage')
      .argument('<FILES...>', 'the files of the problem, plain or gzipped')
      .requiredOption('--db <FILE>', 'the database; made where there is none')
      .option('--instance <NAME>', 'the problem that is meant, in a file of several')
      .addOption(
        new Option('--with <NAME=VALUE>', 'an option of a usage format; may repeat').argParser(collect),
      )
      .option('--free', 'designs: places that the file gives do not hold, they are only where parts were')
      .addHelpText(
        'after',
        '\nroadef MODEL ASSIGNMENT [NEW]  machine reassignment of the ROADEF/EURO challenge 2012\n' +
          'gap FILE                       generalised assignment: the text of the OR-Library, or JSON lines\n' +
          'npu-design FILE                designs for NPUs as JSON\n' +
          'mlir-aie FILE                  designs for NPUs as MLIR of the AIE dialect\n' +
          'nezha FILE                     usage: per-pod metrics of two microservice applications\n' +
          'alibaba-2018 FILE              usage: container_usage.csv, with container_meta.csv beside it\n' +
          'google-2019 FILE               usage: instance_usage as JSON lines\n' +
          'prometheus FILE                usage: cAdvisor metrics as lines of text',
      );
  },
  run: async (command, { output }) => {
    const { db, instance = null, free = false } = command.opts<ImportOptions>();
    const [name = '', ...files] = command.args;
    const { findFormat } = await import('../../importers/find-format.js');
    const found = findFormat(name);
    if (found.kind === 'usage')
      return importRecorded(found.format, files, command.opts<ImportOptions>(), output);
    if (found.kind === 'design') {
      const [file = '', ...more] = files;
      if (more.length > 0) throw usageError(`\`${name}\` takes 1 file, not ${files.length}`);
      const { importDesigns } = await import('../import-designs.js');
      const options = { file, database: db, instance, pinned: !free };
      const { designs, diagnostics } = await importDesigns(found.format, options);
      output.answer({
        fields: { database: db, format: name, designs: designs.map(({ id }) => id) },
        text: output.quiet ? '' : `imported into \`${db}\`:\n${designs.map(designLine).join('')}`,
        diagnostics,
      });
      return exitOf(diagnostics);
    }
    const { format } = found;
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

function designLine({ id, device, workers, fifos, links }: Design): string {
  const count = (all: readonly unknown[], what: string): string =>
    `${all.length} ${what}${all.length === 1 ? '' : 's'}`;
  return `  ${id} for ${device}: ${count(workers, 'worker')}, ${count(fifos, 'fifo')}, ${count(links, 'link')}\n`;
}

async function importRecorded(
  format: UsageFormat,
  [file, ...more]: readonly string[],
  { db, with: given = [] }: ImportOptions,
  output: Output,
): Promise<ExitCode> {
  if (file === undefined || more.length > 0)
    throw usageError(`\`${format.name}\` takes one file`, format.takes);
  const { readOptions } = await import('../../importers/import-options.js');
  const { importUsage } = await import('../import-usage.js');
  const done = await importUsage(format, file, readOptions(format, given), db);
  output.answer({
    fields: { database: db, format: format.name, pack: 'usage', ...done },
    text: output.quiet
      ? ''
      : `imported into \`${db}\`: ${done.samples} samples of ${done.entities} containers; ` +
        `${done.rejected} of ${done.lines} lines were rejected (usage_reject tells why)\n`,
  });
  return EXIT.done;
}

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
