import type { Command } from 'commander';
import type { ExitCode } from './exit.js';
import type { Shell } from './shell.js';

/** Formats of a command whose answer is words. */
export const WORD_FORMATS = ['human', 'plain', 'json'] as const;

/** Formats of a command that finds fault with texts: also those that review tools and continuous integration read. */
export const FINDING_FORMATS = [...WORD_FORMATS, 'sarif', 'github'] as const;

/**
 * One command of the program, loaded only when it is called.
 * INVARIANT: the file that exports it loads heavy parts (databases, solvers) inside `run` only.
 */
export interface CliCommand {
  /** What `--format` takes; the first is the default. */
  readonly formats: readonly string[];
  /**
   * True where it computes for so long without a pause that a handler would keep signals from ending it.
   * They then end it as the system does; a shell sees 130 and 143 all the same.
   */
  readonly longWork?: boolean;
  /** Adds arguments, options and examples. */
  configure(command: Command): void;
  /** Runs with `command.opts()` and `command.args`. May throw DiagnosticError; the shell reports it. */
  run(command: Command, shell: Shell): Promise<ExitCode>;
}
