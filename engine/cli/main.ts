#!/usr/bin/env node
import type { Environment } from './environment.js';
import type { ExitCode } from './exit.js';
import { EXIT } from './exit.js';
import { internalErrorText } from './internal-error.js';
import { runCli } from './run-cli.js';

/** What to do before a signal ends the program, in the order it was asked for. */
const cleaning: (() => void | Promise<void>)[] = [];
let stopping = false;

async function stop(code: ExitCode): Promise<void> {
  // The second signal of somebody who does not want to wait.
  if (stopping) process.exit(code);
  stopping = true;
  try {
    for (const clean of cleaning) await clean();
  } finally {
    process.exit(code);
  }
}

function fail(error: unknown): never {
  process.stderr.write(internalErrorText(error, process.env));
  process.exit(EXIT.failed);
}

process.on('SIGINT', () => void stop(EXIT.interrupted));
process.on('SIGTERM', () => void stop(EXIT.terminated));

function leaveSignals(): void {
  process.removeAllListeners('SIGINT');
  process.removeAllListeners('SIGTERM');
}

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read the output has seen enough.
    if (error.code === 'EPIPE') process.exit(EXIT.done);
    fail(error);
  });
}

const environment: Environment = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  variables: process.env,
  chdir: (folder) => process.chdir(folder),
  leaveSignals,
  onStop: (clean) => void cleaning.push(clean),
};

// Not `process.exit`: what was written to a pipe must still leave.
process.exitCode = await runCli(process.argv.slice(2), environment);
