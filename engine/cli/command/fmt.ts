import type { Diagnostic } from '../../base/diagnostic.js';
import type { SourceFile } from '../../base/source.js';
import { formatPolicies } from '../../format/format-policies.js';
import type { CliCommand } from '../cli-command.js';
import { WORD_FORMATS } from '../cli-command.js';
import type { ExitCode } from '../exit.js';
import { EXIT, exitOf } from '../exit.js';
import { readPolicies } from '../policy-input.js';
import { unifiedDiff } from '../render/unified-diff.js';
import { replaceFile } from '../replace-file.js';
import { usageError } from '../usage-error.js';

interface FmtOptions {
  readonly check?: boolean;
  readonly diff?: boolean;
  readonly list?: boolean;
  readonly write?: boolean;
  readonly stdinName?: string;
}

/** A file and what it would look like. */
interface Outcome {
  readonly source: SourceFile;
  /** The text itself where it has mistakes. */
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
}

export const fmt: CliCommand = {
  formats: WORD_FORMATS,
  configure: (command) => {
    command
      .argument('<FILES...>', 'policy files, folders of them, or `-` for stdin')
      .option('--check', 'exit 1 when a file would change, and list those that would')
      .option('--diff', 'print what would change, as `patch` takes it')
      .option('-l, --list', 'list the files that would change')
      .option('-w, --write', 'write files back instead of printing them')
      .option('--stdin-name <NAME>', 'what diagnostics call the text from stdin')
      .addHelpText(
        'after',
        '\nWithout an option the text of the one file, or of stdin, is printed in its layout.\n' +
          'A file with mistakes is reported and stays as it is; `*.test.sql` in folders is left out.',
      );
  },
  run: async (command, { output, environment }) => {
    const options = command.opts<FmtOptions>();
    const { check = false, diff = false, list = false, write = false, stdinName } = options;
    if (write && check) throw usageError('`--write` and `--check` exclude each other');
    if (write && command.args.includes('-')) throw usageError('`--write` needs files; stdin has none');
    const sources = await readPolicies(command.args, environment.stdin, stdinName);
    const isPrinted = !check && !diff && !list && !write;
    if (isPrinted && sources.length > 1) {
      throw usageError(
        `${sources.length} files cannot be printed as one`,
        'add `--write`, `--check`, `--diff` or `--list`, or name one file',
      );
    }
    const outcomes = sources.map(formatted);
    const changed = outcomes.filter(({ source, text }) => text !== source.text);
    const problems = write ? changed.flatMap(writeBack) : [];
    const diagnostics = [...outcomes.flatMap((outcome) => outcome.diagnostics), ...problems];
    const names = check || list ? changed.map(({ source }) => `${source.name}\n`) : [];
    const diffs = diff ? changed.map(({ source, text }) => unifiedDiff(source.name, source.text, text)) : [];
    const whole = isPrinted ? outcomes.filter((outcome) => outcome.diagnostics.length === 0) : [];
    output.answer({
      fields: {
        files: outcomes.map(({ source, text }) => ({
          file: source.name,
          changed: text !== source.text,
          ...(isPrinted ? { text } : {}),
        })),
      },
      text: [...names, ...diffs, ...whole.map(({ text }) => text)].join(''),
      diagnostics,
    });
    const exit = exitOf(diagnostics);
    return exit === EXIT.done && check && changed.length > 0 ? EXIT.findings : (exit satisfies ExitCode);
  },
};

function formatted(source: SourceFile): Outcome {
  const { text, diagnostics } = formatPolicies(source);
  return { source, text: text ?? source.text, diagnostics };
}

function writeBack({ source, text }: Outcome): Diagnostic[] {
  try {
    replaceFile(source.name, text);
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `\`${source.name}\` cannot be written: ${reason}`;
    return [{ code: 'cli/no-output', severity: 'error', message }];
  }
}
