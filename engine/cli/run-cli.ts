import { Command, CommanderError, Option } from 'commander';
import type { Diagnostic } from '../base/diagnostic.js';
import { DiagnosticError } from '../base/diagnostic.js';
import { didYouMean } from '../base/suggest.js';
import { FINDING_FORMATS } from './cli-command.js';
import { commandLineError } from './command-line-error.js';
import type { Environment } from './environment.js';
import type { ExitCode } from './exit.js';
import { EXIT, exitCodesText, exitOf } from './exit.js';
import { internalError, internalErrorText } from './internal-error.js';
import { Output } from './output.js';
import { packageVersion } from './package-version.js';
import { REGISTRY } from './registry.js';
import type { ColorWhen } from './render/colors.js';
import { usageError } from './usage-error.js';

interface GlobalOptions {
  readonly format?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color?: ColorWhen | false;
  readonly cwd?: string;
}

/**
 * Runs one command line, `argv` without the program's own name, to its end.
 * Never throws: whatever goes wrong is told on stderr (or in the JSON document) and in the exit code.
 */
export async function runCli(argv: readonly string[], environment: Environment): Promise<ExitCode> {
  const program = createProgram(environment);
  try {
    return await dispatch(program, argv, environment);
  } catch (error) {
    if (error instanceof CommanderError && /^commander\.(help|version)/.test(error.code)) {
      return error.exitCode === 0 ? EXIT.done : EXIT.failed;
    }
    const diagnostics = diagnosticsOf(error, argv);
    const output = reportFor(program.opts<GlobalOptions>(), environment);
    if (diagnostics === null) {
      environment.stderr.write(internalErrorText(error, environment.variables));
      // Whoever reads documents gets one whatever happens.
      if (output.isDocument) output.answer({ diagnostics: [internalError(error)] });
      return EXIT.failed;
    }
    output.answer({ diagnostics });
    return exitOf(diagnostics);
  }
}

function createProgram(environment: Environment): Command {
  const { stdout, stderr } = environment;
  return new Command('edict')
    .description('Policies in SQL, decided by a solver, kept in SQLite.')
    .option(
      '--format <FORMAT>',
      'human (or pretty), plain, json; `check`, `lint`, `solve`, `audit` also sarif and github; `query` and `test` have their own',
    )
    .option('--json', 'short for --format json')
    .option('-q, --quiet', 'print errors and data only')
    .addOption(new Option('--color <WHEN>', 'colour the output').choices(['auto', 'always', 'never']))
    .option('--no-color', 'never colour the output')
    .option('--cwd <DIR>', 'start relative paths from this folder')
    .version(packageVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command, or for `exit-codes`')
    .addHelpText('after', `\n${exitCodesText()}`)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      // What is wrong with the command line is reported like any other mistake.
      outputError: () => undefined,
      getOutHelpWidth: () => stdout.columns ?? 100,
      getErrHelpWidth: () => stderr.columns ?? 100,
    })
    .exitOverride();
}

/** Loads the one command that is called, so that the others cost nothing, and runs it. */
async function dispatch(
  program: Command,
  argv: readonly string[],
  environment: Environment,
): Promise<ExitCode> {
  const [first, second] = program.parseOptions([...argv]).operands;
  if (first === 'help' && second === 'exit-codes') {
    environment.stdout.write(exitCodesText());
    return EXIT.done;
  }
  const wanted = first === 'help' ? second : first;
  let exit: ExitCode = EXIT.done;
  for (const { name, summary, load } of REGISTRY) {
    const command = program.command(name).summary(summary);
    if (name !== wanted) continue;
    command.description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`);
    const loaded = await load();
    loaded.configure(command);
    command.action(async () => {
      const options = program.opts<GlobalOptions>();
      enter(options.cwd, environment);
      const output = outputFor(options, environment, name, loaded.formats);
      if (loaded.longWork === true) environment.leaveSignals();
      exit = await loaded.run(command, { output, environment });
    });
  }
  await program.parseAsync([...argv], { from: 'user' });
  return exit;
}

function enter(folder: string | undefined, environment: Environment): void {
  if (folder === undefined) return;
  try {
    environment.chdir(folder);
  } catch {
    const message = `there is no folder \`${folder}\``;
    throw new DiagnosticError([{ code: 'cli/no-input', severity: 'error', message }]);
  }
}

function outputFor(
  options: GlobalOptions,
  environment: Environment,
  name: string,
  formats: readonly string[],
): Output {
  const { json = false } = options;
  const format = named(options, formats) ?? (json ? 'json' : (formats[0] ?? 'human'));
  if (json && format !== 'json') throw usageError(`\`--json\` and \`--format ${format}\` exclude each other`);
  if (!formats.includes(format)) {
    throw usageError(
      `\`${name}\` has no format \`${format}\``,
      didYouMean(format, formats) ?? `it has ${formats.join(', ')}`,
    );
  }
  return outputIn(format, options, environment);
}

/** The format asked for; `pretty` is another word for `human` where a command has that. */
function named({ format }: GlobalOptions, formats: readonly string[]): string | undefined {
  return format === 'pretty' && formats.includes('human') ? 'human' : format;
}

/** For what went wrong before or in a command: the format as far as it is known to suit diagnostics. */
function reportFor(options: GlobalOptions, environment: Environment): Output {
  const asked = options.json === true ? 'json' : named(options, FINDING_FORMATS);
  return outputIn(FINDING_FORMATS.find((format) => format === asked) ?? 'human', options, environment);
}

function outputIn(format: string, { quiet = false, color }: GlobalOptions, environment: Environment): Output {
  return new Output(environment, format, quiet, color === false ? 'never' : (color ?? 'auto'));
}

/** What a thrown value tells the user, or null where it is no mistake of theirs. */
function diagnosticsOf(error: unknown, argv: readonly string[]): readonly Diagnostic[] | null {
  if (error instanceof DiagnosticError) return error.diagnostics;
  if (!(error instanceof CommanderError)) return null;
  const known = REGISTRY.find(({ name }) => argv.includes(name));
  const help = `\`edict ${known === undefined ? '' : `${known.name} `}--help\` tells what it takes`;
  return [commandLineError(error, help)];
}
