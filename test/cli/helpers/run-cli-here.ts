import type { Environment } from '../../../engine/cli/environment.js';
import type { ExitCode } from '../../../engine/cli/exit.js';
import { runCli } from '../../../engine/cli/run-cli.js';

export interface CliEnd {
  readonly exit: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliSetting {
  readonly stdin?: string | Uint8Array;
  readonly variables?: Environment['variables'];
  /** True where both streams are to be taken for terminals. */
  readonly terminal?: boolean;
}

/** Runs a command line in this process. */
export async function runCliHere(argv: readonly string[], setting: CliSetting = {}): Promise<CliEnd> {
  const { stdin = '', variables = {}, terminal = false } = setting;
  let stdout = '';
  let stderr = '';
  const exit = await runCli(argv, {
    stdin: (async function* read() {
      await Promise.resolve();
      yield stdin;
    })(),
    stdout: { write: (text) => (stdout += text), isTTY: terminal },
    stderr: { write: (text) => (stderr += text), isTTY: terminal },
    variables,
    chdir: () => {
      throw new Error('tests in one process share one folder');
    },
    leaveSignals: () => undefined,
    onStop: () => undefined,
  });
  return { exit, stdout, stderr };
}
