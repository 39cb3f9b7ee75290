import type { Command } from 'commander';
import { unreachable } from '../../base/assert.js';
import type { SourceFile } from '../../base/source.js';
import type { CliCommand } from '../cli-command.js';
import { withStateAsOf } from '../as-of-file.js';
import type { ExitCode } from '../exit.js';
import { EXIT, exitOf } from '../exit.js';
import { wholeNumber } from '../option-values.js';
import type { Output } from '../output.js';
import { locateQueryErrors } from '../query-place.js';
import { readQuery } from '../query-input.js';
import { renderCsv } from '../rows/csv.js';
import { renderMarkdown } from '../rows/markdown.js';
import { renderNdjson } from '../rows/ndjson.js';
import type { Result } from '../rows/result.js';
import { renderTable } from '../rows/table.js';
import type { Shell } from '../shell.js';
import { usageError } from '../usage-error.js';

const FORMATS = ['table', 'json', 'ndjson', 'csv', 'markdown'] as const;

interface QueryOptions {
  readonly db: string;
  readonly file?: string;
  readonly timeout?: number;
  readonly maxRows?: number;
  readonly at?: number;
}

async function sourceOf(command: Command, shell: Shell): Promise<SourceFile> {
  const [text] = command.args;
  const { file } = command.opts<QueryOptions>();
  if (text !== undefined && file !== undefined)
    throw usageError('the query is given twice, as text and with `-f`');
  if (file !== undefined) return readQuery(file, shell.environment.stdin);
  if (text === undefined)
    throw usageError('there is no query', 'give it as text, with `-f FILE`, or as `-` on stdin');
  return text === '-' ? readQuery('-', shell.environment.stdin) : { name: '<query>', text };
}

function textOf(result: Result, output: Output): string {
  const format = FORMATS.find((one) => one === output.format) ?? 'table';
  switch (format) {
    case 'json':
      return '';
    case 'table':
      return renderTable(result, output.outColors);
    case 'csv':
      return renderCsv(result);
    case 'ndjson':
      return renderNdjson(result);
    case 'markdown':
      return renderMarkdown(result);
    default:
      return unreachable(format);
  }
}

export const query: CliCommand = {
  formats: FORMATS,
  configure: (command) => {
    command
      .argument('[SQL]', 'one `select`, `values`, `with ... select`, or `explain` of those; `-` for stdin')
      .requiredOption('--db <FILE>', 'the database; it is never changed')
      .option('-f, --file <FILE>', 'read the query from a file')
      .option(
        '--at <TICK>',
        'ask what was so when this tick had been decided; needs a history',
        wholeNumber(0),
      )
      .option('--timeout <MS>', 'end the query after so many milliseconds (5000)', wholeNumber(1))
      .option('--max-rows <N>', 'read so many rows at most (1000)', wholeNumber(0))
      .addHelpText(
        'after',
        `\nFormats: ${FORMATS.join(', ')}. In JSON integers beyond 2^53 are strings; blobs are x'...' everywhere.`,
      );
  },
  run: async (command, shell) => {
    const { db, at } = command.opts<QueryOptions>();
    const source = await sourceOf(command, shell);
    const asked = (path: string): Promise<ExitCode> => ask(source, path, command.opts<QueryOptions>(), shell);
    return at === undefined ? asked(db) : withStateAsOf(db, at, asked);
  },
};

async function ask(
  source: SourceFile,
  db: string,
  { timeout, maxRows }: QueryOptions,
  { output }: Shell,
): Promise<ExitCode> {
  const { queryAdhoc } = await import('../../store/adhoc.js');
  const result = await queryAdhoc(db, source.text, {
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(maxRows === undefined ? {} : { maxRows }),
  });
  if (result.status !== 'rows') {
    const diagnostics = await locateQueryErrors(result.diagnostics, source, db);
    output.answer({ diagnostics });
    return exitOf(diagnostics);
  }
  const { columns, rows, truncated, ms } = result;
  output.answer({ fields: { columns, rows, truncated, ms }, text: textOf(result, output) });
  if (truncated) {
    output.remark(`only the first ${rows.length} rows are shown; \`--max-rows\` sets how many are read`);
  }
  return EXIT.done;
}
